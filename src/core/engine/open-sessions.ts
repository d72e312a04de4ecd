/**
 * The sessions of this process that are open. Idle threads of a session spin for a while, waiting for its next run: they take
 * the cores from whatever another session computes meanwhile. What is timed beside such a neighbour is timed wrongly
 * (w8's answers took 22.5 ms in place of 9.9), so that nothing is.
 */
import { InferenceSession, type SessionOptions } from "./ort.ts";

const SPINNING = "intra_op.allow_spinning";
/** Configuration entries of a session that stays open beside another one that is timed. */
export const NO_SPINNING: Readonly<Record<string, string>> = Object.freeze({ [SPINNING]: "0" });

/** Whether the idle threads of each open session spin. */
const sessions = new Map<InferenceSession, boolean>();

/** @param model a path, or the bytes of a graph. Fails as ONNX Runtime does. */
export async function createSession(model: string | Uint8Array, options: SessionOptions): Promise<InferenceSession> {
  const session =
    typeof model === "string"
      ? await InferenceSession.create(model, options)
      : await InferenceSession.create(model, options);
  sessions.set(session, spins(options));
  return session;
}

/** Ends the session's threads with it. */
export async function releaseSession(session: InferenceSession): Promise<void> {
  await session.release();
  sessions.delete(session);
}

/** One thread is the caller's own and has nobody to wait for. */
function spins({ intraOpNumThreads, extra }: SessionOptions): boolean {
  const config = extra?.session as Readonly<Record<string, unknown>> | undefined;
  return intraOpNumThreads !== 1 && config?.[SPINNING] !== "0";
}

/**
 * Called before anything is timed.
 * @throws Error when more than one open session spins: a mistake of this program, which would show as a slow model
 */
export function refuseSpinningNeighbours(): void {
  const spinning = [...sessions.values()].filter(Boolean).length;
  if (spinning > 1) {
    throw new Error(
      `Nothing may be timed now: ${spinning} sessions of this process are open whose idle threads take the cores from each other.`,
    );
  }
}
