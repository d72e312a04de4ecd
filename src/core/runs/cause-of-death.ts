/** Why a child ended that said nothing, as far as its exit tells. */
import type { ExitReason } from "./spawner.ts";

interface CauseOfDeath {
  readonly outOfMemory: boolean;
  /** Whole sentences. */
  readonly message: string;
}

/** Lines of a crash that follow or precede its message and would push it out: stacks, a caret, Node's version, V8's collections. */
const NO_REASON = /^\s+at |^\s*\^*\s*$|^Node\.js v|^\s*\d+: 0x|^\[\d+:0x|^<---|^-----/;
const LINES_KEPT = 5;

/** @param what the subject of the sentence: "The measuring process" */
export function causeOfDeath({ code, signal, stderr }: ExitReason, what: string): CauseOfDeath {
  const lines = stderr.split("\n").filter((line) => !NO_REASON.test(line));
  const words = lines.slice(-LINES_KEPT).join(" ").trim();
  const lastWords = words === "" ? "" : ` It wrote: ${words}${/[.!?]$/.test(words) ? "" : "."}`;
  if (/bad_alloc|out of memory|allocation failed|cannot allocate/i.test(stderr)) {
    return { outOfMemory: true, message: `${what} ran out of memory.${lastWords}` };
  }
  const how = signal
    ? `was killed (${signal})`
    : code === null
      ? "could not be started or ended in an unknown way"
      : `ended with exit code ${code}`;
  const guess =
    signal === "SIGKILL" ? " When nobody killed it, the system did, most often because memory ran out." : "";
  return { outOfMemory: false, message: `${what} ${how}.${guess}${lastWords}` };
}
