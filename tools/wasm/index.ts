export * from "./blocks";
export * from "./floats";
export * from "./search";
