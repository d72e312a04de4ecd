import { openStepper } from "#core/engine/stepping/open-stepper.ts";
import { type Launch, sendLoaded } from "./launch.ts";
import { loadOptions } from "./load-exported.ts";
import { measureDecode } from "./timing-launch.ts";

/**
 * Decoding by the engine's own way: the same model without the copies of its cache. The session is of an edited graph, so
 * that its memory and its nodes are not the file's and are not told.
 */
export async function measureStepping(launch: Launch): Promise<void> {
  const { job, send } = launch;
  send({ type: "progress", pass: "load", done: 0, total: 1 });
  const { stepper, loadMs } = await openStepper({ ...loadOptions(launch), graph: job.graph });
  sendLoaded(launch, { loadMs, memory: null, placement: {}, cacheSelfTest: null });
  if (job.decode) await measureDecode(launch, "compute", stepper);
}
