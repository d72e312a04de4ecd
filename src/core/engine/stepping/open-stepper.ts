/** Opens a model for decoding by the fastest way that is proven to be the plain way; see stepper.ts and prove.ts. */
import { type GraphFacts, readGraphFacts } from "#core/onnx/graph-facts.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { roundsActivations } from "../arithmetic.ts";
import { Decoder } from "../decoder.ts";
import { releaseSession } from "../open-sessions.ts";
import type { InferenceSession } from "../ort.ts";
import { loadError, type LoadOptions } from "../session-options.ts";
import { BufferedStepper } from "./buffered-stepper.ts";
import { createEditedSession, createExportedSession } from "./edited-session.ts";
import { PlainStepper } from "./plain-stepper.ts";
import { differenceLimit, largestDifferences, type ProofTokens, proofTokens, readLine } from "./prove.ts";
import type { StepGraph } from "./step-graph.ts";
import type { Stepper } from "./stepper.ts";
import { listWays, type StepperOptions, type Way } from "./ways.ts";

export type { StepperOptions } from "./ways.ts";

export interface OpenedStepper {
  readonly stepper: Stepper;
  /** Of the session that is used; those of ways that were refused are not in it. */
  readonly loadMs: number;
  release(): Promise<void>;
}

/** @throws LabError as loadDecoder does; a fast way that does not work is no error, its reason stands in `proof.refused` */
export async function openStepper(options: StepperOptions): Promise<OpenedStepper> {
  const { signature } = options;
  const model = readModel(options.file);
  const facts = readGraphFacts(model);
  const tokens = proofTokens(signature);
  const rounded = roundsActivations(facts);
  const refused: string[] = [];
  let exported: Line | null = null;
  for (const way of listWays(model, facts, options)) {
    if (typeof way === "string") {
      refused.push(way);
      continue;
    }
    if (way.graph === "fused") exported ??= await readExported(options, tokens, facts);
    const limit = differenceLimit(signature, facts, options.provider);
    const opened = await tryWay(way, options, { tokens, limit, rounded }, exported);
    if (typeof opened !== "string") {
      opened.stepper.proof = { ...opened.stepper.proof, refused };
      return opened;
    }
    refused.push(`${way.name}: ${opened}`);
  }
  return openPlain(options, refused);
}

type Line = readonly (readonly Float32Array[])[];
interface ProofInput {
  readonly tokens: ProofTokens;
  readonly limit: number;
  readonly rounded: boolean;
}

/** @returns the reason where this way is not the plain way, or does not run */
async function tryWay(
  way: Way,
  options: StepperOptions,
  { tokens, limit, rounded }: ProofInput,
  exported: Line | null,
): Promise<(OpenedStepper & { stepper: BufferedStepper }) | string> {
  const { signature } = options;
  let session: InferenceSession | null = null;
  try {
    const stepGraph = way.edit();
    const start = performance.now();
    session = await createEditedSession(stepGraph.model, options);
    const loadMs = performance.now() - start;
    const expected = way.graph === "fused" ? exported! : await readLine(plainOf(session, options, stepGraph), tokens);
    const vocabulary = expected[0]![0]!.length;
    const stepper = new BufferedStepper({ session, signature, stepGraph, graph: way.graph, vocabulary });
    const differences = await largestDifferences(stepper, tokens, expected, rounded);
    const reason = objection(differences, limit);
    if (reason !== null) return reason;
    stepper.proof = { maxLogprobDifference: differences!.steps, refused: [] };
    const opened = session;
    // It stays open.
    session = null;
    return { stepper, loadMs, release: () => releaseSession(opened) };
  } catch (error) {
    // A way that does not run is a reason for a slower one; too little memory is none, slower ones need more.
    const message = error instanceof Error ? error.message : String(error);
    if (/bad_alloc|out of memory|failed to allocate|does not fit into memory/i.test(message)) throw error;
    return `ONNX Runtime does not run it: ${message}`;
  } finally {
    if (session) await releaseSession(session);
  }
}

function objection(differences: { steps: number; whole: number } | null, limit: number): string | null {
  if (!differences) return "the model's logits are no numbers, so nothing can be compared";
  const largest = Math.max(differences.steps, differences.whole);
  if (largest <= limit) return null;
  const why = limit === 0 ? "and a format that rounds activations allows no difference" : `more than ${limit}`;
  return `log-probabilities differ by ${largest.toExponential(1)} from the plain way's, ${why}`;
}

/** The plain way in the session of a fast one: presents fed back, or what makes them, joined as the graph joins them. */
function plainOf(session: InferenceSession, { signature }: StepperOptions, stepGraph: StepGraph): Stepper {
  if (stepGraph.method === "in-place") return new PlainStepper(new Decoder(session, signature), []);
  return new BufferedStepper({ session, signature, stepGraph, graph: "exported", vocabulary: 0, growth: 1 });
}

/** What the exported graph says, from a session that is gone afterwards. */
async function readExported(options: StepperOptions, tokens: ProofTokens, facts: GraphFacts): Promise<Line> {
  // A few tokens need no packed copy of float weights; of quantized ones the kernels would be others, and far slower.
  const sessionConfig =
    facts.quantizedShare > 0 ? options.sessionConfig : { ...options.sessionConfig, disable_prepacking: "1" };
  const { session } = await createPlainSession({ ...options, ...(sessionConfig && { sessionConfig }) });
  try {
    return await readLine(new PlainStepper(new Decoder(session, options.signature), []), tokens);
  } finally {
    await releaseSession(session);
  }
}

async function openPlain(options: StepperOptions, refused: readonly string[]): Promise<OpenedStepper> {
  const { session, loadMs } = await createPlainSession(options);
  const stepper = new PlainStepper(new Decoder(session, options.signature), refused);
  return { stepper, loadMs, release: () => releaseSession(session) };
}

async function createPlainSession(options: LoadOptions): Promise<{ session: InferenceSession; loadMs: number }> {
  const start = performance.now();
  try {
    const session = await createExportedSession(options);
    return { session, loadMs: performance.now() - start };
  } catch (error) {
    throw loadError(error, options);
  }
}
