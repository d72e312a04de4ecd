import { blockFormat } from "./block-format.ts";

/** 8-bit blocks. Without accuracy level 4 ONNX Runtime's CPU kernel has no fast path for them and is about 70x slower. */
export const w8 = blockFormat("w8", 8, { blockSize: 32, symmetric: true, accuracyLevel: 4 });
