import { readFileSync, statSync } from "node:fs";
import { LabError } from "#shared/errors.ts";
import { decodeText } from "./decode-text.ts";

/** One text that every cell continues, so that the results can be read side by side. */
export interface Prompt {
  readonly id: string;
  readonly text: string;
}

/** Prompts given in the spec, or a text file with one a line. LabError PROMPTS_INVALID names the file. */
export function loadPrompts(source: string | readonly string[]): Prompt[] {
  if (typeof source !== "string") return number(source);
  const found = statSync(source, { throwIfNoEntry: false });
  if (!found?.isFile()) {
    const why = found ? "is not a file" : "does not exist";
    throw new LabError("PROMPTS_INVALID", `${source} ${why}. Name a text file with one prompt a line.`, {
      file: source,
    });
  }
  const lines = decodeText(readFileSync(source), source, "PROMPTS_INVALID")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
  if (lines.length === 0)
    throw new LabError("PROMPTS_INVALID", `${source} holds no prompts (one a line).`, { file: source });
  return number(lines);
}

function number(texts: readonly string[]): Prompt[] {
  return texts.map((text, index) => ({ id: `p${index + 1}`, text }));
}
