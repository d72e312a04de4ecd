import { bnb4Format } from "./bnb4-format.ts";

/** NormalFloat 4, as transformers.js' bnb4: values spaced like the quantiles of a normal distribution. */
export const nf4 = bnb4Format("nf4");
