/** Whether times and memory of two cells may stand against each other. */
import type { CellResult } from "../../results.ts";
import type { ComparedSide, PartComparability } from "./comparability.ts";
import { orUnknown, plural } from "../../format-numbers.ts";

export function speedReason(a: ComparedSide, b: ComparedSide): PartComparability {
  const shared = speedsInCommon(a.cell, b.cell);
  const against = [
    ...unmeasured(a.cell, "timed", hasSpeed),
    ...unmeasured(b.cell, "timed", hasSpeed),
    ...otherTool(a, b, "times"),
    ...otherMachine(a, b, "times"),
    ...differs("power source", a.run.environment.powerSource ?? "unknown", b.run.environment.powerSource ?? "unknown"),
  ];
  if (against.length === 0 && shared === 0) {
    against.push("no batch size and sequence length, no decoding depth and no text was measured in both");
  }
  return {
    part: "speed",
    can: against.length === 0,
    reasons: against.length > 0 ? against : notes(a, b),
    shared: against.length > 0 ? "" : plural(shared, "setting"),
  };
}

export function memoryReason(a: ComparedSide, b: ComparedSide): PartComparability {
  const shared = batchesInCommon(a.cell, b.cell);
  const system = ({ run: { environment: at } }: ComparedSide): string => `${at.os.platform} ${at.os.arch}`;
  const source = ({ cell }: ComparedSide): string => cell.memory?.source ?? "unknown";
  const against = [
    ...unmeasured(a.cell, "measured for memory", hasMemory),
    ...unmeasured(b.cell, "measured for memory", hasMemory),
    ...otherTool(a, b, "memory"),
    ...differs("system", system(a), system(b)),
    ...differs("way of reading peaks", source(a), source(b)),
  ];
  if (against.length === 0 && shared === 0) against.push("no batch size and sequence length was measured in both");
  const elsewhere = a.run.environment.machineId === b.run.environment.machineId ? [] : ["measured on two machines"];
  return {
    part: "memory",
    can: against.length === 0,
    reasons: against.length > 0 ? against : [...elsewhere, ...runtimeNote(a, b)],
    shared: against.length > 0 ? "" : plural(shared, "batch size"),
  };
}

function hasSpeed({ forward, decode, replays }: CellResult): boolean {
  return (
    forward.some(({ latencyMs }) => latencyMs.length > 0) ||
    decode.some(({ skipped }) => skipped === null) ||
    replays.length > 0
  );
}

function hasMemory({ forward }: CellResult): boolean {
  return forward.some(({ peakMemoryBytes }) => peakMemoryBytes !== null);
}

function batchesInCommon(a: CellResult, b: CellResult): number {
  const key = (row: CellResult["forward"][number]): string => `${row.batchSize} ${row.sequenceLength}`;
  const theirs = new Set(b.forward.map(key));
  return a.forward.filter((row) => theirs.has(key(row))).length;
}

function speedsInCommon(a: CellResult, b: CellResult): number {
  const key = (row: CellResult["decode"][number]): string => `${row.batchSize} ${row.depth} ${row.promptTokens}`;
  const theirs = new Set(b.decode.map(key));
  const replayed = a.replays.filter(({ of }) => b.replays.some((other) => other.of === of));
  return batchesInCommon(a, b) + a.decode.filter((row) => theirs.has(key(row))).length + replayed.length;
}

function unmeasured(cell: CellResult, what: string, has: (cell: CellResult) => boolean): string[] {
  return has(cell) ? [] : [`${cell.label} was not ${what}`];
}

/** What another program calls latency or memory is not what is called so here. */
function otherTool(a: ComparedSide, b: ComparedSide, what: string): string[] {
  const [ours, theirs] = [a, b].map(({ run }) => run.origin?.tool ?? "quantscope");
  return ours === theirs
    ? []
    : [`${what} were measured by two programs (${ours} and ${theirs})`.replace("memory were", "memory was")];
}

function otherMachine(a: ComparedSide, b: ComparedSide, what: string): string[] {
  const [ours, theirs] = [a.run.environment, b.run.environment];
  if (ours.machineId === theirs.machineId) return [];
  return [`${what} are of two machines (${ours.cpu.model}; ${theirs.cpu.model})`];
}

function differs(what: string, ours: string, theirs: string): string[] {
  return ours === theirs ? [] : [`the ${what} differs (${ours} and ${theirs})`];
}

/** What a difference may come from besides the files. */
function notes(a: ComparedSide, b: ComparedSide): string[] {
  const [ours, theirs] = [a.cell, b.cell];
  return [
    ...runtimeNote(a, b),
    ...(ours.threads === theirs.threads
      ? []
      : [`threads differ: ${orUnknown(ours.threads)} and ${orUnknown(theirs.threads)}`]),
    ...(a.run.id === b.run.id
      ? []
      : ["measured at different times: what changed on the machine in between is part of the difference"]),
  ];
}

function runtimeNote(a: ComparedSide, b: ComparedSide): string[] {
  const [ours, theirs] = [a, b].map(({ run }) => run.environment.runtime.onnxruntime);
  return ours === theirs ? [] : [`onnxruntime differs: ${ours} and ${theirs}`];
}
