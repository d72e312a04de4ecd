/** The limits that verdicts are judged by, as options of every command that prints or writes verdicts. */
import type { Command } from "commander";
import { LabError } from "#shared/errors.ts";
import { MIB } from "#shared/format-numbers.ts";
import { DEFAULT_MARGIN_POINTS } from "#shared/verdict/verdict.ts";
import type { Limits } from "#shared/results.ts";

export interface LimitOptions {
  readonly acceptLoss?: string;
  readonly maxMemory?: string;
  readonly maxLatency?: string;
}

export function addLimitOptions(command: Command): Command {
  return command
    .option("--accept-loss <points>", "largest loss of accuracy that a verdict accepts", String(DEFAULT_MARGIN_POINTS))
    .option("--max-memory <MiB>", "most memory that a cell may need at the smallest batch size")
    .option("--max-latency <ms>", "longest forward pass that is accepted at the smallest batch size");
}

/** @throws LabError BAD_REQUEST names the option */
export function limitsOf({ acceptLoss, maxMemory, maxLatency }: LimitOptions): Limits {
  const points = acceptLoss === undefined ? DEFAULT_MARGIN_POINTS : numberOf("--accept-loss", acceptLoss);
  if (points < 0 || points > 100) throw notIn("--accept-loss", acceptLoss!, "a number of points from 0 to 100");
  return {
    marginPoints: points,
    ...(maxMemory !== undefined && { peakMemoryBytes: MIB * positive("--max-memory", maxMemory) }),
    ...(maxLatency !== undefined && { latencyMs: positive("--max-latency", maxLatency) }),
  };
}

function positive(option: string, text: string): number {
  const value = numberOf(option, text);
  if (value > 0) return value;
  throw notIn(option, text, "a number above 0");
}

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw notIn(option, text, "a number");
}

function notIn(option: string, text: string, what: string): LabError {
  return new LabError("BAD_REQUEST", `${option}: "${text}" is not ${what}.`);
}
