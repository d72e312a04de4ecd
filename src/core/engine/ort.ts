import { turnTelemetryOff } from "#core/system/telemetry-off.ts";

/**
 * The one door to ONNX Runtime. It must be imported before any tensor is made: onnxruntime-node 1.30 reads a
 * Float16Array's bytes wrongly wherever the global exists (Node 24), so that every float16 input fails. Without the
 * global, float16 travels as Uint16Array, which works. (Open upstream: onnxruntime pull request 32323.)
 */
Reflect.deleteProperty(globalThis, "Float16Array");
turnTelemetryOff();

// A dynamic import, because a static one would run before the lines above.
const ort = await import("onnxruntime-node");

export const { InferenceSession, Tensor } = ort;
export type InferenceSession = import("onnxruntime-node").InferenceSession;
export type SessionOptions = import("onnxruntime-node").InferenceSession.SessionOptions;
export type Tensor = import("onnxruntime-node").Tensor;
export type TensorType = Tensor["type"];
export type Feeds = Record<string, Tensor>;
