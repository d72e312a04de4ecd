import { LabError } from "#shared/errors.ts";

/** Tells whether one of the names belongs to what a recipe excludes, and remembers which patterns were of use. */
export class NamePatterns {
  readonly #unused: Set<string>;
  readonly #expressions: readonly { pattern: string; expression: RegExp }[];

  /** @param patterns whole names, in which `*` stands for any characters */
  constructor(patterns: readonly string[]) {
    this.#unused = new Set(patterns);
    this.#expressions = patterns.map((pattern) => {
      const literal = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
      return { pattern, expression: new RegExp(`^${literal.join(".*")}$`, "s") };
    });
  }

  /** Whether there are any. */
  get some(): boolean {
    return this.#expressions.length > 0;
  }

  matches(...names: readonly string[]): boolean {
    const hits = this.#expressions.filter(({ expression }) => names.some((name) => expression.test(name)));
    for (const { pattern } of hits) this.#unused.delete(pattern);
    return hits.length > 0;
  }

  /**
   * @param kind what the names are of, beside weights
   * @throws LabError SPEC_INVALID for a pattern that never matched: a typing error would quantize what it should spare
   */
  assertAllUsed(examples: readonly string[], kind = "MatMul"): void {
    const [pattern] = this.#unused;
    if (pattern === undefined) return;
    throw new LabError(
      "SPEC_INVALID",
      `recipe.exclude: "${pattern}" is the name of no weight and of no ${kind} in this model. Names are, for example, ${examples.slice(0, 3).join(", ")}.`,
      { field: "recipe.exclude", pattern },
    );
  }
}
