/**
 * What two cells of any two runs can be compared in, what not, and why: numbers of other questions, words, tokenizers, machines or
 * options never meet silently. Pure.
 */
import type { CellResult, Results } from "../../results.ts";
import { type AskedQuestion, sharedQuestions } from "./questions.ts";
import { answersReason, generationsReason, textsReason, tokensReason } from "./quality.ts";
import { orUnknown } from "../../format-numbers.ts";
import { memoryReason, speedReason } from "./speed.ts";

/** One side: a cell with the run that it is of. */
export interface ComparedSide {
  readonly run: Results["run"];
  readonly model: Results["model"];
  readonly questionSet: Results["questionSet"];
  readonly textSet: Results["textSet"];
  readonly cell: CellResult;
  /** Questions of the run's set by id. */
  readonly questions: ReadonlyMap<string, AskedQuestion>;
  /** Label of the cell that the cell's own run compares with: its divergences are from that one. */
  readonly reference: string | null;
}

export const COMPARED_PARTS = ["speed", "memory", "answers", "tokens", "texts", "generations"] as const;
export type ComparedPart = (typeof COMPARED_PARTS)[number];

export interface PartComparability {
  readonly part: ComparedPart;
  readonly can: boolean;
  /** Why not; where it can be, what is to be known: another version of the runtime, another day. */
  readonly reasons: readonly string[];
  /** What there is to compare: `1,600 shared questions`. Empty where nothing is. */
  readonly shared: string;
}

export interface Comparability {
  readonly parts: readonly PartComparability[];
  /** Ids of the candidate's questions as the reference has them, of those that both asked. */
  readonly questionIds: ReadonlyMap<string, string>;
  /** What differs between the two, whether it matters to a part or not: name, reference's, candidate's. */
  readonly differences: readonly (readonly [what: string, reference: string, candidate: string])[];
}

/** @param a the reference, @param b the candidate */
export function comparability(a: ComparedSide, b: ComparedSide): Comparability {
  const shared = sharedQuestions(a, b);
  return {
    parts: [
      speedReason(a, b),
      memoryReason(a, b),
      answersReason(a, b, shared),
      tokensReason(a, b, shared),
      textsReason(a, b),
      generationsReason(a, b),
    ],
    questionIds: shared,
    differences: differencesOf(a, b),
  };
}

function differencesOf(a: ComparedSide, b: ComparedSide): [string, string, string][] {
  const { environment: ours } = a.run;
  const { environment: theirs } = b.run;
  const gpus = ({ gpus: all }: typeof ours): string =>
    all.map(({ name, driver }) => `${name} ${driver ?? ""}`.trim()).join(", ");
  const rows: [string, string, string][] = [
    ["measured by", a.run.origin?.tool ?? "quantscope", b.run.origin?.tool ?? "quantscope"],
    ["model", a.model.name, b.model.name],
    ["file", a.cell.sha256.slice(0, 16), b.cell.sha256.slice(0, 16)],
    ["machine", ours.machineId, theirs.machineId],
    ["processor", ours.cpu.model, theirs.cpu.model],
    ["graphics", gpus(ours), gpus(theirs)],
    ["power", ours.powerSource ?? "unknown", theirs.powerSource ?? "unknown"],
    ["onnxruntime", ours.runtime.onnxruntime, theirs.runtime.onnxruntime],
    ["app", ours.app.version, theirs.app.version],
    ["threads", orUnknown(a.cell.threads), orUnknown(b.cell.threads)],
    ["questions", a.questionSet?.sha256.slice(0, 16) ?? "none", b.questionSet?.sha256.slice(0, 16) ?? "none"],
    ["seed", String(a.run.spec.seed), String(b.run.spec.seed)],
  ];
  return rows.filter(([, one, other]) => one !== other);
}
