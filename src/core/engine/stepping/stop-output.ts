/**
 * The stop output: how a run leaves its results where they are.
 *
 * onnxruntime-node 1.30 writes into the tensors that a caller passes as fetches, and then copies every one of them into a
 * fresh tensor all the same: for a cache bound to its own buffers, all of it at every step. That copying goes through the
 * outputs in the order of the graph's list, begins when the run is over, and throws on the first output that is no tensor.
 * So the graph's first output is made a list of tensors, an empty one. A run that fetches it fails with that one error, and
 * by then every bound tensor holds its result: the error is the run's success. Any other error is one.
 *
 * This leans on a property of the binding. The proof at session start (prove.ts) finds out when it is gone, and decoding
 * goes on by a slower way; with onnxruntime pull request 32346 (outputs are reused) this file can go.
 */
import { FLOAT } from "#core/onnx/data-types.ts";
import { makeNode, sequenceOutput } from "#core/onnx/messages.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import type { Feeds, InferenceSession, Tensor } from "../ort.ts";
import { runError } from "../run-session.ts";

const STOP_OUTPUT = "quantscope_stop";
const STOP_MESSAGE = /non tensor type is temporarily not supported/i;

/** Puts the stop output in front of all others. SequenceEmpty came with opset 11. */
export function addStopOutput({ graph }: OnnxModel): void {
  graph.node.push(makeNode("SequenceEmpty", STOP_OUTPUT, [], [STOP_OUTPUT]));
  graph.output.unshift(sequenceOutput(STOP_OUTPUT, FLOAT));
}

/** Runs a graph that has the stop output. When this returns, the tensors of `bound` hold its results. */
export async function runBound(
  session: InferenceSession,
  feeds: Feeds,
  bound: Readonly<Record<string, Tensor>>,
): Promise<void> {
  try {
    await session.run(feeds, { [STOP_OUTPUT]: null, ...bound });
  } catch (error) {
    if (error instanceof Error && STOP_MESSAGE.test(error.message)) return;
    throw runError(error, feeds);
  }
  throw new Error("the stop output did not stop: this onnxruntime-node converts lists of tensors");
}
