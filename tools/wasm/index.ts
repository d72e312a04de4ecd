export * from "./blocks";
export * from "./columns";
export { errorsOfRow, errorSumsAt } from "./errors";
export * from "./floats";
export * from "./search";
