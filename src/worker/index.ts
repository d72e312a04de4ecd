/** The measuring child process: gets one cell, measures it, sends what it finds, and ends. */
import { toEnvelope } from "#shared/errors.ts";
import { measureCell } from "#core/measure/cell.ts";
import { openParentPort } from "./parent-port.ts";

const port = openParentPort();
port.onJob(async (job) => {
  try {
    await measureCell(job, port.send);
    port.send({ type: "done" });
  } catch (error) {
    port.send({ type: "failed", error: toEnvelope(error) });
  } finally {
    await port.close();
  }
});
