import { blockFormat } from "./block-format.ts";

/** As transformers.js' q4: blocks of 32, symmetric, computed in float32 unless the recipe asks for int8 activations. */
export const int4 = blockFormat("int4", 4, { blockSize: 32, symmetric: true, accuracyLevel: 0 });
