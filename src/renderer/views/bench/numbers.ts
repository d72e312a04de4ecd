/** Numbers that were typed. */
interface NumberLimits {
  readonly min: number;
  readonly max: number;
}

/** @returns the number, or in words why it is none */
export function readNumber(text: string, { min, max }: NumberLimits): number | string {
  const value = Number(text.replaceAll(/[,_\s]/g, ""));
  if (text.trim() === "" || !Number.isInteger(value) || value < min || value > max) {
    return `A whole number from ${min.toLocaleString("en")} to ${max.toLocaleString("en")}.`;
  }
  return value;
}

/** Several, with commas or spaces between: ascending, each once. */
export function readNumbers(text: string, limits: NumberLimits): number[] | string {
  const parts = text.split(/[,;\s]+/).filter(Boolean);
  const values = parts.map((part) => readNumber(part, limits));
  if (values.length === 0 || values.some((value) => typeof value === "string")) {
    const { min, max } = limits;
    return `Whole numbers from ${min.toLocaleString("en")} to ${max.toLocaleString("en")}, with commas between.`;
  }
  return [...new Set(values as number[])].sort((a, b) => a - b);
}
