import { describe, expect, it } from "vitest";
import { InferenceSession, Tensor } from "#core/engine/ort.ts";
import { addStopOutput, runBound } from "#core/engine/stepping/stop-output.ts";
import { encodeModel } from "#core/onnx/messages.ts";
import { node } from "../../onnx/build-model.ts";
import { inMemory, tensorValue } from "../../../helpers/onnx-builder.ts";

async function doubling(): Promise<InferenceSession> {
  const model = inMemory({
    nodes: [node("Add", ["x", "x"], ["y"]), node("Neg", ["x"], ["z"])],
    inputs: [tensorValue("x", "float32", ["n"])],
    outputs: [tensorValue("y", "float32", ["n"]), tensorValue("z", "float32", ["n"])],
  });
  addStopOutput(model);
  // The refused shape below would be logged.
  return InferenceSession.create(encodeModel(model.proto), { logSeverityLevel: 4 });
}

const floats = (...values: number[]): Tensor => new Tensor("float32", Float32Array.from(values), [values.length]);

/** A session that fails with this message, or does not fail. */
const failing = (message: string | null): InferenceSession =>
  ({ run: () => (message === null ? Promise.resolve({}) : Promise.reject(new Error(message))) }) as never;

describe("runBound", () => {
  it("leaves the results in the tensors that it was given", async () => {
    const session = await doubling();
    const [y, z] = [floats(0, 0), floats(0, 0)];
    await runBound(session, { x: floats(1, 2) }, { y, z });
    expect([...(y.data as Float32Array)]).toEqual([2, 4]);
    expect([...(z.data as Float32Array)]).toEqual([-1, -2]);
    await runBound(session, { x: floats(5, 6) }, { y });
    expect([...(y.data as Float32Array)]).toEqual([10, 12]);
    expect([...(z.data as Float32Array)]).toEqual([-1, -2]);
  });

  it("leaves a graph that still runs the plain way", async () => {
    const outputs = await (await doubling()).run({ x: floats(3) }, ["y"]);
    expect([...(outputs.y!.data as Float32Array)]).toEqual([6]);
  });

  it("writes where an input is read from", async () => {
    const x = floats(1, 2);
    await runBound(await doubling(), { x }, { y: x });
    expect([...(x.data as Float32Array)]).toEqual([2, 4]);
  });

  it("passes on every error but the expected one", async () => {
    await expect(runBound(await doubling(), { x: floats(1, 2) }, { y: floats(0) })).rejects.toThrow(/shape/i);
    await expect(runBound(failing("bad_alloc"), {}, {})).rejects.toThrow("bad_alloc");
  });

  it("takes the binding's error for success, and no error for a binding that has changed", async () => {
    await expect(runBound(failing("Non tensor type is temporarily not supported."), {}, {})).resolves.toBeUndefined();
    await expect(runBound(failing(null), {}, {})).rejects.toThrow("did not stop");
  });
});
