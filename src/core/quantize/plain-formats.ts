import { blockFormat } from "./blocks/block-format.ts";
import { bnb4Format } from "./bnb4/bnb4-format.ts";
import { dynamic8Format } from "./dynamic8/dynamic8-format.ts";

/** The formats that one operator makes, a row each. The others stand on these, or change the whole graph. */
export const PLAIN_FORMATS = Object.freeze({
  /** As transformers.js' q4: blocks of 32, symmetric, computed in float32 unless the recipe asks for int8 activations. */
  int4: blockFormat("int4", 4, { blockSize: 32, symmetric: true, accuracyLevel: 0 }),
  /** 8-bit blocks. Without accuracy level 4 ONNX Runtime's CPU kernel has no fast path for them and is about 70x slower. */
  w8: blockFormat("w8", 8, { blockSize: 32, symmetric: true, accuracyLevel: 4 }),
  /** NormalFloat 4, as transformers.js' bnb4: values spaced like the quantiles of a normal distribution. */
  nf4: bnb4Format("nf4"),
  /** bitsandbytes' 4-bit float: sign, two exponent bits, one bit of fraction. */
  fp4: bnb4Format("fp4"),
  int8: dynamic8Format("int8"),
  uint8: dynamic8Format("uint8"),
});
