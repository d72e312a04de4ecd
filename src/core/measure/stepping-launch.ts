import { REPLAYED, type ReplayLaunch } from "#shared/results.ts";
import { openStepper } from "#core/engine/stepping/open-stepper.ts";
import type { Stepper } from "#core/engine/stepping/stepper.ts";
import type { ReplayJob } from "#core/runs/protocol.ts";
import { type Launch, sendLoaded, sendUnits } from "./launch.ts";
import { loadOptions } from "./load-exported.ts";
import { replay } from "./replay-pass.ts";
import { templateOf } from "./template-of.ts";
import { measureDecode } from "./timing-launch.ts";
import { writtenTexts } from "./written-texts.ts";

/**
 * Decoding by the engine's own way: the same model without the copies of its cache, and what the cell has written before. The
 * session is of an edited graph, so that its memory and its nodes are not the file's and are not told.
 */
export async function measureStepping(launch: Launch): Promise<void> {
  const { job, send } = launch;
  send({ type: "progress", pass: "load", done: 0, total: 1 });
  const { stepper, loadMs } = await openStepper({ ...loadOptions(launch), graph: job.graph });
  sendLoaded(launch, { loadMs, memory: null, placement: {}, cacheSelfTest: null });
  if (job.decode) await measureDecode(launch, "compute", stepper);
  if (job.replay) await measureReplays(job.replay, launch, stepper);
}

async function measureReplays(job: ReplayJob, launch: Launch, stepper: Stepper): Promise<void> {
  const { questions, generate } = job;
  const chatTemplate = templateOf({
    modelDir: launch.job.modelDir,
    questionJobs: questions ? [questions] : [],
    generate,
  });
  const written = writtenTexts(job, { ...launch, chatTemplate });
  const kinds = REPLAYED.filter((of) => written[of].length > 0);
  const units = async function* (): AsyncGenerator<ReplayLaunch> {
    for (const of of kinds) {
      yield await replay(of, written[of], {
        stepper,
        launch: launch.job.launch,
        sampler: launch.sampler,
        repeatDisturbed: job.repeatDisturbed,
      });
    }
  };
  await sendUnits(launch, "replay", kinds.length, units(), (result) => ({ type: "replay", result }));
}
