/** A cell of the run that is measured, in words and figures. */
import type { LiveCell, LiveRun, Measured } from "#shared/api.ts";
import { duration, grouped, mebibytes, percent, plural, significant } from "#shared/format-numbers.ts";
import type { LaunchKind } from "#shared/results.ts";
import type { Spec } from "#shared/spec.ts";
import { median } from "#shared/stats/quantile.ts";
import { formatDuration } from "../../format/time.ts";

type PassName = NonNullable<LiveCell["progress"]>["pass"];

const KIND_WORDS: Readonly<Record<LaunchKind, string>> = Object.freeze({
  timing: "Timing",
  stepping: "Decoding",
  quality: "Answers",
  memory: "Memory",
});

export const PASS_WORDS: Readonly<Record<PassName, string>> = Object.freeze({
  load: "loading",
  forward: "forward pass",
  decode: "decoding",
  questions: "questions",
  texts: "running text",
  generate: "texts",
  replay: "writing again",
});

/** Passes of many equal steps: only they have a rate that says something. */
const STEPPED: ReadonlySet<PassName> = new Set(["questions", "texts", "generate"]);

/** `Timing 2 of 6`; of memory launches nobody counts the rounds. */
export function launchWords({ launch }: LiveCell, spec: Spec | null): string {
  if (!launch) return "";
  const { kind } = launch;
  if (kind === "quality") return KIND_WORDS.quality;
  const rounds = spec === null ? null : kind === "memory" ? spec.passes.forward?.memoryLaunches : spec.launches;
  return `${KIND_WORDS[kind]} ${launch.launch}${rounds ? ` of ${rounds}` : ""}`;
}

/** Above the bar: `Timing 2 of 6, forward pass`; of answers it goes without saying which launch they are of. */
export function nowWords(cell: LiveCell, spec: Spec | null): string {
  if (!cell.progress) return "";
  const pass = PASS_WORDS[cell.progress.pass];
  if (cell.launch?.kind !== "quality") return `${launchWords(cell, spec)}, ${pass}`;
  return `${pass[0]!.toUpperCase()}${pass.slice(1)}`;
}

/** Beside the bar: `12 of 163 · 4.1/s`. */
export function progressWords({ progress }: LiveCell, perSecond: number | null): string {
  if (!progress) return "";
  const { pass, done, total } = progress;
  const rate = perSecond !== null && STEPPED.has(pass) ? ` · ${significant(perSecond)}/s` : "";
  return pass === "load" ? "" : `${grouped(done)} of ${grouped(total)}${rate}`;
}

/** Of this pass, at its own speed; null where that is not known. */
export function passLeftMs({ progress }: LiveCell, perSecond: number | null): number | null {
  if (!progress || perSecond === null || perSecond <= 0 || progress.done >= progress.total) return null;
  return (1000 * (progress.total - progress.done)) / perSecond;
}

interface CellFigures {
  /** At the smallest batch size. */
  readonly latency: string | null;
  /** At the largest batch size. */
  readonly memory: string | null;
  readonly speed: string | null;
  readonly right: string | null;
  /** Most likely next tokens that are the reference's, of the questions compared so far. */
  readonly same: string | null;
}

type Of<Kind extends Measured["kind"]> = Extract<Measured, { kind: Kind }>;

/** What is known of a cell so far. */
export function figuresOf({ measured }: LiveCell): CellFigures {
  const of = <Kind extends Measured["kind"]>(kind: Kind): Of<Kind>[] =>
    measured.filter((each): each is Of<Kind> => each.kind === kind);
  const forward = of("forward");
  const smallest = Math.min(...forward.map(({ batchSize }) => batchSize));
  const times = forward.filter(({ batchSize }) => batchSize === smallest).flatMap(({ medianMs }) => medianMs ?? []);
  const peaks = [...forward.map((each) => each.peakMemoryBytes), ...of("load").map((each) => each.peakBytes)];
  const peak = Math.max(...peaks.filter((bytes) => bytes !== null));
  const decode = of("decode").filter(({ way, batchSize }) => way === "user" && batchSize === 1);
  const shallow = Math.min(...decode.map(({ depth }) => depth));
  const speeds = decode
    .filter(({ depth }) => depth === shallow)
    .flatMap(({ tokensPerSecond }) => tokensPerSecond ?? []);
  const asked = of("questions").at(-1);
  const correct = asked?.loglikelihoodCorrect ?? asked?.generateCorrect ?? null;
  const latency = median(times);
  const speed = median(speeds);
  return {
    latency: latency === null ? null : significant(latency),
    memory: Number.isFinite(peak) ? mebibytes(peak) : null,
    speed: speed === null ? null : significant(speed),
    same: !asked || asked.compared === 0 ? null : percent(asked.sameTop1 / asked.compared, 0),
    right: !asked || correct === null || asked.asked === 0 ? null : percent(correct / asked.asked, 0),
  };
}

/** What the whole run does, in one line. */
export function phaseWords(run: LiveRun): string {
  if (run.cancelling) return "Stopping";
  if (run.phase === "planning") return "Reading and hashing files";
  if (run.phase === "making") return run.making ? `Making ${run.making.format}` : "Making a variant";
  return `Launch ${Math.min(run.launchesTotal, run.launchesDone + 1)} of ${run.launchesTotal}`;
}

/** Why a run that goes on stores nothing; null while it does. */
export function storeWords({ waitingForStore }: LiveRun): string | null {
  return waitingForStore ? "Waiting for the store, locked by another program. What was measured is kept." : null;
}

/** What a run that seems to stand still says; null while its process is heard. */
export function silentWords({ silentSeconds }: LiveRun): string | null {
  if (silentSeconds === null) return null;
  return `The worker has sent nothing for ${duration(1000 * silentSeconds)}. It is left running; cancel the run if that is too long.`;
}

/** @returns null before anything could tell */
export function leftWords(remainingMs: number | null): string | null {
  if (remainingMs === null) return null;
  return `≈ ${formatDuration(Math.max(1000, Math.round(remainingMs / 1000) * 1000)).replace(".0 s", " s")}`;
}

/** From 0 to 1 by time where that was predicted, else by launches. */
export function shareOf(run: LiveRun, elapsedMs: number): number | null {
  if (run.phase !== "measuring") return null;
  if (run.remainingMs !== null && elapsedMs + run.remainingMs > 0) return elapsedMs / (elapsedMs + run.remainingMs);
  return run.launchesTotal > 0 ? run.launchesDone / run.launchesTotal : null;
}

/** For the status bar: `Measuring smollm2, 1 of 3 cells done`. */
export function runWords(run: Pick<LiveRun, "name" | "phase" | "cells" | "cancelling">): string {
  if (run.cancelling) return `Stopping ${run.name}`;
  if (run.phase !== "measuring") return `Preparing ${run.name}`;
  const done = run.cells.filter(({ status }) => status === "done").length;
  return `Measuring ${run.name}, ${done} of ${plural(run.cells.length, "cell")} done`;
}
