/** Whether answers, next tokens and texts of two cells may stand against each other. */
import type { CellResult, Results } from "../../results.ts";
import { BENCHMARK_MODES, type BenchmarkMode } from "../../spec.ts";
import type { ComparedPart, ComparedSide, PartComparability } from "./comparability.ts";
import { plural } from "../../format-numbers.ts";

type Shared = ReadonlyMap<string, string>;
type Passes = Results["run"]["spec"]["passes"];
/** What decides the words of a prompt. */
type Asked = Partial<Pick<NonNullable<Passes["benchmark"]>, "promptTemplate" | "chatTemplate" | "shots" | "subject">>;

export function answersReason(a: ComparedSide, b: ComparedSide, shared: Shared): PartComparability {
  const mode = commonMode(a, b);
  const against = [
    ...missing(a, b, "answered no question", ({ benchmark }) => benchmark.length > 0),
    ...noneShared(a, b, shared),
    ...wording(a, b, "benchmark"),
    ...(mode === null && a.cell.benchmark.length > 0 && b.cell.benchmark.length > 0
      ? ["one was scored by likelihood, the other by what it wrote, or with other sampling"]
      : []),
  ];
  const notes = [
    ...toolNote(a, b),
    ...setNote(a, b, shared),
    ...(mode === "generate" ? ["only generated answers are in both"] : []),
  ];
  return part("answers", against, notes, plural(shared.size, "shared question"));
}

/** The first mode that both answered in the same way: the one that decides. */
export function commonMode(a: ComparedSide, b: ComparedSide): BenchmarkMode | null {
  return commonModes(a, b)[0] ?? null;
}

/** Modes that both answered in the same way; generated answers depend on how they were drawn. */
export function commonModes(a: ComparedSide, b: ComparedSide): BenchmarkMode[] {
  const answeredBoth = (mode: BenchmarkMode): boolean =>
    [a, b].every(({ cell }) => cell.benchmark.some((row) => row.mode === mode && row.answers.length > 0));
  return BENCHMARK_MODES.filter((mode) => answeredBoth(mode) && (mode !== "generate" || drawnAlike(a, b)));
}

function drawnAlike(a: ComparedSide, b: ComparedSide): boolean {
  const way = ({ run }: ComparedSide): string => {
    const { temperature, topP, maxNewTokens } = run.spec.passes.benchmark ?? {};
    return JSON.stringify([temperature, topP, maxNewTokens, run.spec.seed]);
  };
  return way(a) === way(b);
}

export function tokensReason(a: ComparedSide, b: ComparedSide, shared: Shared): PartComparability {
  const against = [
    ...missing(a, b, "has no next tokens of questions", ({ tokens }) => tokens.length > 0),
    ...noneShared(a, b, shared),
    ...wording(a, b, "tokens"),
    ...tokenizers(a, b, shared),
  ];
  return part(
    "tokens",
    against,
    [...setNote(a, b, shared), ...modelNote(a, b), ...klNote(a, b)],
    plural(shared.size, "shared prompt"),
  );
}

export function textsReason(a: ComparedSide, b: ComparedSide): PartComparability {
  const cut = ({ run }: ComparedSide): string =>
    JSON.stringify([run.spec.passes.tokens?.chunkTokens, run.spec.passes.tokens?.positionsPerChunk]);
  const against = [
    ...missing(a, b, "has read no running text", ({ texts }) => texts.length > 0),
    ...(a.textSet?.sha256 === b.textSet?.sha256
      ? []
      : [`the texts differ (${a.textSet?.name ?? "none"} and ${b.textSet?.name ?? "none"})`]),
    ...(cut(a) === cut(b) ? [] : ["the texts were cut into chunks in two ways"]),
  ];
  const theirs = new Map(b.cell.texts.map((chunk) => [chunk.chunk, chunk]));
  const both = a.cell.texts.flatMap((ours) => {
    const other = theirs.get(ours.chunk);
    return other ? [[ours, other] as const] : [];
  });
  // The same text in the same number of tokens scores the same bytes, or it was cut by another tokenizer.
  if (both.some(([ours, other]) => ours.scoredBytes !== other.scoredBytes)) {
    against.push("the tokenizers differ: chunks of as many tokens hold other numbers of bytes");
  }
  if (against.length === 0 && both.length === 0) against.push("no chunk is in both");
  return part("texts", against, [...modelNote(a, b), ...klNote(a, b)], plural(both.length, "shared chunk"));
}

export function generationsReason(a: ComparedSide, b: ComparedSide): PartComparability {
  const way = ({ run }: ComparedSide): string => {
    const { temperature, topP, maxNewTokens } = run.spec.passes.generate ?? {};
    return JSON.stringify([temperature, topP, maxNewTokens, temperature === 0 ? null : run.spec.seed]);
  };
  const prompts = new Map(b.cell.generations.map((row) => [row.promptId, row]));
  const same = a.cell.generations.filter((row) => {
    const other = prompts.get(row.promptId);
    return (
      other?.prompt === row.prompt && other.chatTemplate === row.chatTemplate && other.promptTokens === row.promptTokens
    );
  });
  const against = [
    ...missing(a, b, "has written no text", ({ generations }) => generations.length > 0),
    ...(way(a) === way(b) ? [] : ["the texts were drawn in two ways (temperature, top-p, length or seed)"]),
  ];
  if (against.length === 0 && same.length === 0) against.push("no prompt is the same in both, in words and tokens");
  return part("generations", against, modelNote(a, b), plural(same.length, "shared prompt"));
}

function part(
  name: ComparedPart,
  against: readonly string[],
  notes: readonly string[],
  shared: string,
): PartComparability {
  const can = against.length === 0;
  return { part: name, can, reasons: can ? notes : [...new Set(against)], shared: can ? shared : "" };
}

function missing(a: ComparedSide, b: ComparedSide, what: string, has: (cell: CellResult) => boolean): string[] {
  return [a, b].flatMap(({ cell }) => (has(cell) ? [] : [`${cell.label} ${what}`]));
}

function noneShared(a: ComparedSide, b: ComparedSide, shared: Shared): string[] {
  if (shared.size > 0) return [];
  return [`no question is in both (${a.questionSet?.name ?? "none asked"} and ${b.questionSet?.name ?? "none asked"})`];
}

/** A question in other words is another question. Other tools do not tell theirs. */
function wording(a: ComparedSide, b: ComparedSide, pass: "benchmark" | "tokens"): string[] {
  if (a.run.origin?.tool === "lm-eval" || b.run.origin?.tool === "lm-eval") return [];
  const fields = ["promptTemplate", "chatTemplate", "shots", "subject"] as const;
  const of = ({ run }: ComparedSide): Asked => run.spec.passes[pass] ?? {};
  const [ours, theirs] = [of(a), of(b)];
  const other = fields.filter((field) => ours[field] !== theirs[field]);
  if (other.length > 0) {
    const said = other.map(
      (field) => `${field} ${String(ours[field] ?? "none")} and ${String(theirs[field] ?? "none")}`,
    );
    return [`the questions were asked in other words (${said.join("; ")})`];
  }
  const special = ({ questionSet }: ComparedSide): string => JSON.stringify(questionSet?.specialTokens);
  return special(a) === special(b) ? [] : ["the tokenizers put other special tokens around the prompts"];
}

/** Ids of two tokenizers mean two things. The tokenizer is not stored; how many tokens it makes of each prompt is. */
function tokenizers(a: ComparedSide, b: ComparedSide, shared: Shared): string[] {
  const ours = new Map(a.cell.tokens.map((row) => [row.questionId, row.promptTokens]));
  for (const { questionId, promptTokens } of b.cell.tokens) {
    const own = ours.get(shared.get(questionId) ?? "");
    if (own !== undefined && own !== promptTokens) {
      return [
        `the tokenizers or prompts differ: question ${shared.get(questionId)!} has ${own} tokens and ${promptTokens}`,
      ];
    }
  }
  return [];
}

function toolNote(a: ComparedSide, b: ComparedSide): string[] {
  const tools = [a, b].map(({ run }) => run.origin?.tool ?? "quantscope");
  return tools[0] === tools[1] ? [] : [`asked by two programs (${tools.join(" and ")}), whose prompts may differ`];
}

function setNote(a: ComparedSide, b: ComparedSide, shared: Shared): string[] {
  if (a.questionSet?.sha256 === b.questionSet?.sha256) return [];
  const [ours, theirs] = [a.questionSet?.asked ?? 0, b.questionSet?.asked ?? 0];
  return [`the question files differ; ${shared.size} questions are the same by their words (of ${ours} and ${theirs})`];
}

function modelNote(a: ComparedSide, b: ComparedSide): string[] {
  if (a.model.name === b.model.name && a.model.architecture === b.model.architecture) return [];
  return [`two models (${a.model.name} and ${b.model.name}); nothing that is stored says that their tokenizers differ`];
}

function klNote(a: ComparedSide, b: ComparedSide): string[] {
  return isOwnReference(a, b)
    ? []
    : ["the KL divergence is a lower bound: the exact one is stored against the run's own reference only"];
}

/** Whether what `b` stored about its reference is about `a`. */
export function isOwnReference(a: ComparedSide, b: ComparedSide): boolean {
  return a.run.id === b.run.id && b.reference === a.cell.label;
}
