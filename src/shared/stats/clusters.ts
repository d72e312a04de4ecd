import type { Numbers } from "./numbers.ts";

/** The values of each cluster (a question, a chunk of text): values of one cluster move together. */
export type Clusters = readonly Numbers[];
