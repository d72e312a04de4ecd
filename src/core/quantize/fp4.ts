import { bnb4Format } from "./bnb4-format.ts";

/** bitsandbytes' 4-bit float: sign, two exponent bits, one bit of fraction. */
export const fp4 = bnb4Format("fp4");
