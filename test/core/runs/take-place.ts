/** A process that asks for its place when told to, and keeps it until it is told to end. */
import { once } from "node:events";
import { takePlace } from "#core/runs/place.ts";
import { openDatabase } from "#core/store/database.ts";

const wanted = { db: openDatabase(":memory:"), home: "/lab", run: "night", part: false, alongside: false };
process.send!("ready");
await once(process, "message");
const end = once(process, "message");
try {
  await takePlace(wanted, process.argv[2]);
  process.send!("taken");
} catch (error) {
  process.send!((error as { code: string }).code);
}
await end;
process.disconnect();
