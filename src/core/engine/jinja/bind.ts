import { type Keywords, TemplateError, type Value } from "./values.ts";

/** A parameter, and what it is where nothing is given. */
export type Parameter = readonly [name: string, otherwise?: Value];

/**
 * Arguments in the order of the parameters.
 * @throws TemplateError for one too many, one too few and one that nobody takes
 */
export function bind(args: readonly Value[], keywords: Keywords, parameters: readonly Parameter[]): Value[] {
  if (args.length > parameters.length) {
    throw new TemplateError(`takes ${parameters.length} arguments, and ${args.length} were given`);
  }
  const names = parameters.map(([name]) => name);
  for (const name of keywords.keys()) {
    if (!names.includes(name)) throw new TemplateError(`got an unexpected keyword argument '${name}'`);
    if (names.indexOf(name) < args.length) throw new TemplateError(`got multiple values for argument '${name}'`);
  }
  return parameters.map(([name, otherwise], index) => {
    const value = index < args.length ? args[index] : keywords.has(name) ? keywords.get(name) : otherwise;
    if (value === undefined) throw new TemplateError(`missing the argument '${name}'`);
    return value;
  });
}
