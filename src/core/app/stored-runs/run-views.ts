/** Stored runs as pages read them: what is heavy left out, what is derived from it put in. Pure, but for the cache. */
import type { CellSummary, Flip, GenerationRow, RunDetails, RunResults, RunSamples } from "#shared/api.ts";
import { LabError } from "#shared/errors.ts";
import { judge, referenceCell } from "#shared/verdict/build-results.ts";
import { comparedAnswers } from "#shared/compare/compare-cells.ts";
import { withReplayedWords } from "#shared/compare/join-replays.ts";
import { DEFAULT_MARGIN_POINTS } from "#shared/verdict/verdict.ts";
import { costTable, qualityTable, type Table } from "#shared/tables/summary-table.ts";
import { type Answer, type CellResult, isValidAnswer, type Limits, type Results } from "#shared/results.ts";
import { medianInterval } from "#shared/stats/median-interval.ts";
import { summarize } from "#shared/stats/summary.ts";
import { wilson } from "#shared/stats/wilson.ts";
import type { Question } from "#core/benchmarks/question-set.ts";
import type { GraphFacts } from "#core/onnx/graph-facts.ts";
import type { StoredRun } from "#core/store/read-run.ts";

/** Answers beyond which a page gets their sums only. */
const MOST_ANSWERS = 20_000;

/** @param facts of every cell's file, by label */
export function runDetails(
  { run, model, questionSet, cells }: StoredRun,
  facts: ReadonlyMap<string, GraphFacts>,
): RunDetails {
  return {
    run,
    model,
    questionSet,
    cells: cells.map((cell) => ({ ...cellFacts(cell), facts: facts.get(cell.label)! })),
  };
}

function cellFacts(cell: CellResult): Omit<RunDetails["cells"][number], "facts"> {
  const { id, label, format, provider, threads, file, sha256, bytes, bitsPerWeight, status, error } = cell;
  const { loadMs, memory, placement } = cell;
  const facts = { id, label, format, provider, threads, file, sha256, bytes, bitsPerWeight, status, error };
  return { ...facts, loadMs, memory, placement };
}

/** Limits as a page gives them: what it leaves out is not limited, or is the default. */
export type GivenLimits = { readonly [Key in keyof Limits]?: Limits[Key] | undefined };

/** @param built of the whole run, by whatever limits */
export function runResults(built: Results, limits: GivenLimits = {}, mostAnswers = MOST_ANSWERS): RunResults {
  const results = judgeBy(built, limits);
  const answers = results.cells
    .flatMap(({ benchmark }) => benchmark)
    .reduce((sum, each) => sum + each.answers.length, 0);
  const large = answers > mostAnswers;
  return {
    results: { ...results, cells: results.cells.map((cell) => lightCell(cell, large)) },
    omitted: large ? ["answers"] : [],
    reference: referenceCell(results.cells, results.run.spec.reference)?.label ?? null,
    summaries: results.cells.map(cellSummary),
    tables: { cost: copyTable(costTable(results)), quality: copyTable(qualityTable(results)) },
  };
}

export function judgeBy(built: Results, limits: GivenLimits): Results {
  return judge(built, wholeLimits(limits));
}

export function wholeLimits(limits: GivenLimits): Limits {
  return { ...limits, marginPoints: limits.marginPoints ?? DEFAULT_MARGIN_POINTS };
}

function lightCell(cell: CellResult, large: boolean): CellResult {
  const light = (answer: Answer): Answer => ({ ...answer, choiceLogprobs: [], text: null, tokenIds: null });
  return {
    ...cell,
    tokens: [],
    texts: [],
    generations: [],
    replays: cell.replays.map((replay) => ({
      ...replay,
      launches: replay.launches.map((launch) => ({ ...launch, items: [] })),
    })),
    samples: [],
    benchmark: cell.benchmark.map((each) => ({ ...each, answers: large ? [] : each.answers.map(light) })),
  };
}

function copyTable({ header, units, rows }: Table): RunResults["tables"]["cost"] {
  return { header: [...header], units: [...units], rows: rows.map((row) => [...row]) };
}

function cellSummary({ label, forward, benchmark, tokens, generations }: CellResult): CellSummary {
  return {
    label,
    forward: forward.map((each) => {
      const interval = medianInterval(each.latencyMs);
      const spread = summarize(each.latencyMs);
      const { batchSize, sequenceLength, peakMemoryBytes, deviceMemoryBytes, skipped } = each;
      return {
        batchSize,
        sequenceLength,
        runs: each.latencyMs.length,
        medianMs: interval?.median ?? null,
        lowMs: interval?.low ?? null,
        highMs: interval?.high ?? null,
        p10Ms: spread?.p10 ?? null,
        p90Ms: spread?.p90 ?? null,
        peakMemoryBytes,
        deviceMemoryBytes,
        skipped,
      };
    }),
    accuracy: benchmark.map(({ mode, answers, wordsPerMinute }) => {
      const valid = answers.filter(isValidAnswer);
      const correct = valid.filter((answer) => answer.correct).length;
      const interval = wilson(correct, valid.length);
      return {
        mode,
        correct,
        valid: valid.length,
        asked: answers.length,
        formatFailures: answers.filter(({ formatFailure }) => formatFailure).length,
        share: valid.length === 0 ? null : correct / valid.length,
        low: interval?.low ?? null,
        high: interval?.high ?? null,
        wordsPerMinute,
      };
    }),
    counts: {
      tokens: tokens.length,
      answers: benchmark.reduce((sum, { answers }) => sum + answers.length, 0),
      generations: generations.length,
    },
  };
}

/**
 * Questions that the reference and another cell answer differently, in the order asked.
 * @param questions by id; one that is not there is left without its words
 * @throws LabError BAD_REQUEST for a cell that the run has not
 */
export function runFlips(
  { run, cells }: Pick<StoredRun, "run" | "cells">,
  candidateLabel: string,
  questions: ReadonlyMap<string, Question>,
): { reference: string; flips: Flip[] } {
  const reference = referenceCell(cells, run.spec.reference);
  const candidate = cellByLabel(cells, candidateLabel);
  if (!reference) return { reference: "", flips: [] };
  const compared = comparedAnswers(reference, candidate);
  const flips = (compared?.pairs ?? []).flatMap(([ours, theirs]): Flip[] => {
    const kind = flipKind(ours, theirs);
    if (kind === null) return [];
    const question = questions.get(ours.questionId);
    return [
      {
        questionId: ours.questionId,
        kind,
        mode: compared!.mode,
        subject: question?.subject ?? null,
        question: question?.question ?? "",
        choices: [...(question?.choices ?? [])],
        answer: question?.answer ?? -1,
        reference: flipAnswer(ours),
        candidate: flipAnswer(theirs),
      },
    ];
  });
  return { reference: reference.label, flips };
}

function flipKind(ours: Answer, theirs: Answer): Flip["kind"] | null {
  if (!isValidAnswer(ours) || !isValidAnswer(theirs)) return null;
  if (ours.correct !== theirs.correct) return ours.correct ? "rightToWrong" : "wrongToRight";
  return !ours.correct && ours.predicted !== theirs.predicted ? "wrongToOtherWrong" : null;
}

function flipAnswer({ predicted, formatFailure, choiceLogprobs, text }: Answer): Flip["reference"] {
  return { predicted, formatFailure, choiceLogprobs, text };
}

/** Texts by prompt, each with the place where it leaves the reference's. */
export function runGenerations({ run, cells: stored }: Pick<StoredRun, "run" | "cells">): {
  reference: string;
  prompts: GenerationRow[];
} {
  const cells = stored.map(withReplayedWords);
  const reference = referenceCell(cells, run.spec.reference);
  const ids = [...new Set(cells.flatMap(({ generations }) => generations.map(({ promptId }) => promptId)))];
  const prompts = ids.map((promptId): GenerationRow => {
    const find = (cell: CellResult): CellResult["generations"][number] | undefined =>
      cell.generations.find((each) => each.promptId === promptId);
    const base = reference && find(reference);
    const texts = cells.flatMap((cell) => {
      const own = find(cell);
      if (!own) return [];
      const firstDifferentToken = base ? firstDifference(base.tokenIds, own.tokenIds) : null;
      return [
        {
          cell: cell.label,
          text: own.text,
          tokens: own.tokenIds.length,
          wordsPerMinute: own.wordsPerMinute,
          wordsBasis: cell.wordsBasis,
          firstDifferentToken,
          sameCharacters: base ? (firstDifference(base.text, own.text) ?? own.text.length) : 0,
          referenceMargin: firstDifferentToken === null ? null : (base?.margins[firstDifferentToken] ?? null),
        },
      ];
    });
    const prompt = cells.flatMap((cell) => find(cell)?.prompt ?? [])[0] ?? "";
    return { promptId, prompt, texts };
  });
  return { reference: reference?.label ?? "", prompts };
}

/** Null where the two are the same to their ends. */
function firstDifference<T>(a: ArrayLike<T>, b: ArrayLike<T>): number | null {
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index++) if (a[index] !== b[index]) return index;
  return a.length === b.length ? null : shorter;
}

/** @throws LabError BAD_REQUEST for a cell that the run has not */
export function runSamples({ cells }: Pick<StoredRun, "cells">, label: string): RunSamples {
  const { memory, launches, forward, decode, selfTests, samples } = cellByLabel(cells, label);
  return { cell: label, memory, launches, forward, decode, selfTests, samples };
}

function cellByLabel(cells: Results["cells"], label: string): CellResult {
  const cell = cells.find((each) => each.label === label);
  if (cell) return cell;
  const labels = cells.map((each) => each.label).join(", ");
  throw new LabError("BAD_REQUEST", `The run has no cell "${label}"; it has ${labels}.`, { cell: label });
}
