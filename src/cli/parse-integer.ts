import { LabError } from "#shared/errors.ts";

/** The whole number that an option was given. LabError SPEC_INVALID names the option. */
export function parseInteger(option: string, text: string): number {
  const value = Number(text);
  if (!/^\s*\d+\s*$/.test(text) || !Number.isSafeInteger(value)) {
    throw new LabError("SPEC_INVALID", `${option}: "${text}" is not a whole number.`);
  }
  return value;
}
