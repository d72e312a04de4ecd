export * from "./blocks";
export * from "./floats";
