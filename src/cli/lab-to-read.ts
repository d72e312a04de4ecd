import { type Lab, labHome, openLabToRead } from "#core/app/open-lab.ts";
import { say } from "./print.ts";

/** The lab for a command that only reads, which works on a full disk and in a read-only folder as well, and says so. */
export function labToRead(home: string | undefined): Lab {
  const lab = openLabToRead(labHome(home));
  if (lab.readOnly !== null) say(`quantscope: ${lab.readOnly}\n`);
  return lab;
}
