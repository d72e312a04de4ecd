export * from "./blocks";
export { errorsOfHalves, errorsOfRow, errorSumsAt } from "./errors";
export * from "./floats";
export * from "./search";
