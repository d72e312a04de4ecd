/** Two cells of any two runs, compared in what they share and in nothing else. */
import type { CellResult, Comparison, Limits, TextChunk, TokenRow } from "../../results.ts";
import { MOST_TOP_K, TOP_K } from "../../spec.ts";
import { commonModes, isOwnReference } from "./quality.ts";
import { type Comparability, comparability, type ComparedPart, type ComparedSide } from "./comparability.ts";
import { compareCells, type Differences } from "../compare-cells.ts";
import { decideBoth } from "../../verdict/decide.ts";
import { DEFAULT_MARGIN_POINTS, verdict } from "../../verdict/verdict.ts";

export interface AcrossComparison {
  readonly comparability: Comparability;
  readonly comparison: Comparison;
}

/**
 * Pairs of a reference and a candidate, judged together: of several candidates one looks worse, or harmless, by chance more often.
 * @returns in the same order
 */
export function compareAcross(
  pairs: readonly (readonly [reference: ComparedSide, candidate: ComparedSide])[],
  limits: Limits = { marginPoints: DEFAULT_MARGIN_POINTS },
): AcrossComparison[] {
  const compared = pairs.map(([a, b]) => ({ a, ...differencesAcross(a, b) }));
  const look = Math.max(1, ...pairs.flat().map(({ run }) => run.spec.sample?.look ?? 1));
  const decisions = decideBoth(
    compared.map(({ differences }) => differences),
    limits.marginPoints,
    look,
  );
  return compared.map(({ a, found, reference, candidate, differences }, index) => ({
    comparability: found,
    comparison: {
      ...differences,
      verdict: verdict({
        reference,
        candidate,
        differences,
        chanceLevel: a.questionSet?.chanceLevel ?? null,
        questionSet: a.questionSet,
        limits,
        ...decisions[index]!,
      }),
    },
  }));
}

interface DifferencesAcross {
  readonly found: Comparability;
  readonly reference: CellResult;
  readonly candidate: CellResult;
  readonly differences: Differences;
}

function differencesAcross(a: ComparedSide, b: ComparedSide): DifferencesAcross {
  const found = comparability(a, b);
  const can = (part: ComparedPart): boolean => found.parts.some((each) => each.part === part && each.can);
  const reference = named(narrowed(a.cell, can, commonModes(a, b)), a, b);
  const renamed = withQuestionIds(b.cell, found.questionIds);
  const candidate = named(
    narrowed(isOwnReference(a, b) ? renamed : withoutReference(renamed), can, commonModes(a, b)),
    b,
    a,
  );
  const differences = pruned(
    compareCells(reference, candidate, {
      topK: (a.run.spec.passes.tokens?.topK ?? TOP_K).filter((k) => k <= MOST_TOP_K),
      seed: a.run.spec.seed,
      subjects: a.questionSet?.subjects ?? {},
      rightChoices: a.questionSet?.rightChoices ?? {},
    }),
    can,
  );
  return { found, reference, candidate, differences };
}

/** The run is part of the name where the two are of two runs. */
function named(cell: CellResult, own: ComparedSide, other: ComparedSide): CellResult {
  return own.run.id === other.run.id ? cell : { ...cell, label: `${own.run.id}:${cell.label}` };
}

/** Without the parts that cannot be compared. Speed and memory are rows of one list, which `pruned` tells apart. */
function narrowed(
  cell: CellResult,
  can: (part: ComparedPart) => boolean,
  modes: readonly CellResult["benchmark"][number]["mode"][],
): CellResult {
  return {
    ...cell,
    forward: can("speed") || can("memory") ? cell.forward : [],
    decode: can("speed") ? cell.decode : [],
    benchmark: can("answers") ? cell.benchmark.filter(({ mode }) => modes.includes(mode)) : [],
    tokens: can("tokens") ? cell.tokens : [],
    texts: can("texts") ? cell.texts : [],
    generations: can("generations") ? cell.generations : [],
    replays: can("speed") ? cell.replays.filter(({ of }) => can(of === "texts" ? "generations" : "answers")) : [],
  };
}

function pruned(differences: Differences, can: (part: ComparedPart) => boolean): Differences {
  return {
    ...differences,
    ...(can("speed") ? {} : { latencyRatio: [], computeRatio: [], decodeRatio: [], crossover: null }),
    ...(can("memory") ? {} : { memoryRatio: [] }),
  };
}

/** The candidate's questions under the reference's ids; those that the reference has not are left out. */
function withQuestionIds(cell: CellResult, ids: ReadonlyMap<string, string>): CellResult {
  const renamed = <T extends { readonly questionId: string }>(rows: readonly T[]): T[] =>
    rows.flatMap((row) => {
      const questionId = ids.get(row.questionId);
      return questionId === undefined ? [] : [{ ...row, questionId }];
    });
  return {
    ...cell,
    tokens: renamed(cell.tokens),
    benchmark: cell.benchmark.map((row) => ({ ...row, answers: renamed(row.answers) })),
    replays: cell.replays.map((row) => ({
      ...row,
      launches: row.launches.map((launch) =>
        launch.of === "texts" ? launch : { ...launch, items: launch.items.flatMap((item) => underId(item, ids)) },
      ),
    })),
  };
}

function underId<T extends { readonly id: string }>(item: T, ids: ReadonlyMap<string, string>): T[] {
  const id = ids.get(item.id);
  return id === undefined ? [] : [{ ...item, id }];
}

/** What a cell stored about its own run's reference says nothing about another one. */
function withoutReference(cell: CellResult): CellResult {
  const bare = <T extends TokenRow | TextChunk["positions"][number]>(row: T): T => ({
    ...row,
    referenceLogprobs: null,
    klDivergence: null,
  });
  return {
    ...cell,
    tokens: cell.tokens.map(bare),
    texts: cell.texts.map((chunk) => ({ ...chunk, positions: chunk.positions.map(bare) })),
  };
}
