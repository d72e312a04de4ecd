import { existsSync, readFileSync } from "node:fs";
import { LabError } from "#shared/errors.ts";

/** One text that every cell continues, so that the results can be read side by side. */
export interface Prompt {
  readonly id: string;
  readonly text: string;
}

/** Prompts given in the spec, or a text file with one a line. LabError PROMPTS_INVALID names the file. */
export function loadPrompts(source: string | readonly string[]): Prompt[] {
  if (typeof source !== "string") return number(source);
  if (!existsSync(source)) throw new LabError("PROMPTS_INVALID", `${source} does not exist.`, { file: source });
  const lines = readFileSync(source, "utf8")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
  if (lines.length === 0)
    throw new LabError("PROMPTS_INVALID", `${source} holds no prompts (one a line).`, { file: source });
  return number(lines);
}

function number(texts: readonly string[]): Prompt[] {
  return texts.map((text, index) => ({ id: `p${index + 1}`, text }));
}
