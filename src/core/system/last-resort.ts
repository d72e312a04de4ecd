/** What becomes of an error that nobody caught. Without this Node ends the program on the spot, whatever it was in the middle of. */
import { logProblem, noteProblem } from "./problems.ts";

/** An error that comes again and again is no accident any more: the program is not sound. */
const MOST = 20;
const WITHIN_MS = 10_000;

const WHAT = "Something in Quantscope failed";

/**
 * Notes it and goes on. Sound where every piece of work has an owner of its own (a request, a run, a job), and where the store
 * is written in transactions, which a throw rolls back.
 * @param giveUp ends the program in order; called once, when errors do not stop
 */
export function outliveErrors(giveUp: () => void): void {
  const recentMs: number[] = [];
  let givenUp = false;
  hear((error) => {
    noteProblem(WHAT, error);
    recentMs.push(performance.now());
    if (recentMs.length < MOST) return;
    const earlier = recentMs.shift()!;
    if (givenUp || performance.now() - earlier > WITHIN_MS) return;
    givenUp = true;
    giveUp();
  });
}

/** Keeps it and ends the program: for one that does one thing. What is measured is stored unit by unit, and can be resumed. */
export function endOnError(end: (error: unknown) => void): void {
  let ended = false;
  hear((error) => {
    if (ended) return;
    ended = true;
    logProblem(WHAT, error);
    end(error);
  });
}

function hear(listener: (error: unknown) => void): void {
  process.on("uncaughtException", listener);
  process.on("unhandledRejection", listener);
}
