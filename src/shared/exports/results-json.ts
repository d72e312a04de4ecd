/** results.json as texts to be written one after another: of a large run it is longer than the longest text that JavaScript has. */
import type { Results } from "../results.ts";

/** Joined, the same characters as JSON.stringify's with a newline after. A cell is one part. */
export function* resultsJson(results: Results): Iterable<string> {
  let before = "{";
  // What is undefined is in no JSON.
  const fields: readonly (readonly [string, unknown])[] = Object.entries(results);
  for (const [key, value] of fields.filter((field) => field[1] !== undefined)) {
    yield `${before}${JSON.stringify(key)}:`;
    before = ",";
    if (key === "cells") yield* listJson(results.cells);
    else yield JSON.stringify(value);
  }
  yield "}\n";
}

function* listJson(items: readonly unknown[]): Iterable<string> {
  let before = "[";
  for (const item of items) {
    yield before + JSON.stringify(item);
    before = ",";
  }
  yield items.length === 0 ? "[]" : "]";
}
