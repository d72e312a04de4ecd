import { PlainStepper } from "#core/engine/stepping/plain-stepper.ts";
import { decodePass, type DecodePassInput } from "./decode-pass.ts";
import { forwardPass } from "./forward-pass.ts";
import { type ExportedModel, loadExported } from "./load-exported.ts";
import { type Launch, sendUnits } from "./launch.ts";

/** The model as it stands and as its user runs it: load, forward passes, decoding with the cache copied out and in. */
export async function measureTiming(launch: Launch): Promise<void> {
  const model = await loadExported(launch, true);
  if (launch.job.forward) await measureForward(launch, model);
  if (launch.job.decode) await measureDecode(launch, "user", new PlainStepper(model.decoder, []));
}

/** Peak memory of one batch size in a process that ran no other; a few runs, no times. */
export async function measureMemory(launch: Launch): Promise<void> {
  await measureForward(launch, await loadExported(launch, false));
}

async function measureForward(launch: Launch, model: ExportedModel): Promise<void> {
  const { job } = launch;
  const spec = job.forward!;
  const passes = forwardPass({
    ...launch,
    ...model,
    spec,
    launch: job.launch,
    kind: job.kind === "memory" ? "memory" : "timing",
    memoryLimitBytes: job.memoryLimitBytes,
    seed: job.seed,
  });
  await sendUnits(launch, "forward", spec.batchSizes.length, passes, (result) => ({ type: "forward", result }));
}

/** Decoding at every batch size and depth that the job asks for. */
export async function measureDecode(
  launch: Launch,
  way: DecodePassInput["way"],
  stepper: DecodePassInput["stepper"],
): Promise<void> {
  const { job } = launch;
  const spec = job.decode!;
  const depths = decodePass({
    ...launch,
    spec,
    way,
    stepper,
    launch: job.launch,
    signature: launch.variant.signature,
    memoryLimitBytes: job.memoryLimitBytes,
    seed: job.seed,
  });
  const total = spec.batchSizes.length * spec.depths.length;
  await sendUnits(launch, "decode", total, depths, (result) => ({ type: "decode", result }));
}
