/**
 * What the Bench page edits: the spec itself, so that nothing which a file or a stored run says is lost, and nothing is shown
 * that is not sent. Every change is a copy.
 */
import { BUNDLED_SET, bundledSample } from "#shared/bundled-questions.ts";
import type { BenchSquare, ModelEntry, QuestionSetEntry } from "#shared/api.ts";
import type { Depth } from "#shared/depths.ts";
import type { FormatId } from "#shared/formats/formats.ts";
import type { ProviderId } from "#shared/providers/providers.ts";
import type { SpecInput } from "#shared/spec.ts";

type Passes = SpecInput["passes"];
type PassId = keyof Passes;
export type CellInput = SpecInput["cells"][number];
type PassOf<Id extends PassId> = NonNullable<Passes[Id]>;

export interface Draft {
  readonly spec: SpecInput;
  /** Passes that are switched off, with their settings: whoever switches one on again finds them. */
  readonly parked: Passes;
}

/** The bundled prompts, by the name that the contract has for them. */
export const BUNDLED_PROMPTS = "demo";
/** For a model of one's own: tells about two points apart. */
const USUAL_SAMPLE = { limit: 500, seed: 0 };

/** For a model that was never measured here; its cells follow when the plan says what there is. */
export function newDraft(model: ModelEntry, sets: readonly QuestionSetEntry[]): Draft {
  const set = sets.find(({ content }) => content !== null);
  const asks = set && { questions: set.name };
  const depth = model.bundled ? "preview" : "standard";
  const sample = model.bundled ? bundledSample(depth) : USUAL_SAMPLE;
  // Half of a launch went to batch 8: without it every cell has numbers within seconds (bench/ui/first-run.ts).
  const first: Passes = {
    forward: { batchSizes: [1, 4] },
    decode: { depths: [0] },
    generate: { prompts: BUNDLED_PROMPTS, maxNewTokens: 48 },
  };
  const usual: Passes = { forward: {}, decode: {}, generate: { prompts: BUNDLED_PROMPTS } };
  return {
    spec: {
      schemaVersion: 1,
      name: model.name,
      model: model.name,
      cells: [],
      depth,
      passes: {
        ...(model.bundled ? first : usual),
        ...(asks && { tokens: asks, benchmark: asks }),
      },
      ...(set?.content && { sample: { ...sample, limit: Math.min(sample.limit ?? Infinity, set.content.count) } }),
    },
    parked: {},
  };
}

/**
 * What a newcomer should compare: on the CPU the highest precision that the folder has, int4 and w8; where neither can be
 * had, the other files that are there.
 * @param squares formats by falling precision, as the plan gives them
 */
export function recommendedCells(squares: readonly BenchSquare[]): CellInput[] {
  const able = squares.filter(({ provider, state }) => provider === "cpu" && state !== "cannot");
  const there = able.filter(({ state }) => state === "in-folder");
  const highest = there[0] ?? able[0];
  const small = able.filter(({ format }) => format === "int4" || format === "w8");
  const others = small.length > 0 ? small : there.filter(({ format }) => format !== highest?.format);
  const chosen = able.filter((square) => square === highest || others.includes(square));
  return chosen.map(({ format, provider }) => ({ format, provider }));
}

/** Of a cell that a square of the grid stands for; null for one with a file, a recipe or options of its own. */
export function squareOf(cell: CellInput): { format: FormatId; provider: ProviderId } | null {
  const { format, provider = "cpu", ...rest } = cell;
  const plain = Object.entries(rest).every(
    ([key, value]) => value === undefined || (key === "graph" && value === "exported"),
  );
  return format !== undefined && plain ? { format, provider } : null;
}

export function hasCell({ spec }: Draft, format: FormatId, provider: ProviderId): boolean {
  return spec.cells.some((cell) => isSquare(cell, format, provider));
}

export function toggleCell(draft: Draft, format: FormatId, provider: ProviderId): Draft {
  const { cells } = draft.spec;
  const rest = cells.filter((cell) => !isSquare(cell, format, provider));
  return withCells(draft, rest.length < cells.length ? rest : [...cells, { format, provider }]);
}

/** A reference that is no longer among the cells is forgotten: the highest precision takes its place. */
export function withCells({ spec, parked }: Draft, cells: readonly CellInput[]): Draft {
  const { reference, ...rest } = spec;
  const kept = reference !== undefined && cells.some((cell) => cellName(cell) === reference.replace(/#\d+$/, ""));
  return { spec: { ...rest, cells: [...cells], ...(kept && { reference }) }, parked };
}

/** `int4@cpu`; of a cell with a file of its own, the file's name. */
export function cellName({ format, recipe, file, provider = "cpu" }: CellInput): string {
  return `${format ?? recipe?.format ?? file?.split(/[\\/]/).at(-1) ?? "?"}@${provider}`;
}

export function withReference({ spec, parked }: Draft, label: string | null): Draft {
  const rest = without(spec, ["reference"]);
  return { spec: label === null ? rest : { ...rest, reference: label }, parked };
}

/**
 * What the depth fills in is taken out: whoever chooses a depth wants its numbers. Of the bundled questions the depth's number
 * is asked, unless another was chosen.
 */
export function withDepth(draft: Draft, depth: Depth): Draft {
  const { spec, parked } = draft;
  const rest = { ...without(spec, ["launches"]), ...(asksDepthsSample(draft) && { sample: bundledSample(depth) }) };
  const plain = ({ forward, decode, ...passes }: Passes): Passes => ({
    ...passes,
    ...(forward && { forward: without(forward, DEPTH_FIELDS) }),
    ...(decode && { decode: without(decode, ["newTokens"]) }),
  });
  return { spec: { ...rest, depth, passes: plain(spec.passes) }, parked: plain(parked) };
}

function asksDepthsSample(draft: Draft): boolean {
  const { depth = "standard", sample = {} } = draft.spec;
  const usual = bundledSample(depth);
  const keys = ["limit", "seed", "stratifyBy"] as const;
  return askingOf(draft).questions === BUNDLED_SET && keys.every((key) => sample[key] === usual[key]);
}

const DEPTH_FIELDS = ["minIterations", "maxIterations", "minSeconds", "maxSeconds", "memoryLaunches"] as const;

export function hasPass({ spec }: Draft, id: PassId): boolean {
  return spec.passes[id] !== undefined;
}

/** Its settings, also while it is switched off. */
export function passOf<Id extends PassId>({ spec, parked }: Draft, id: Id): Passes[Id] {
  return spec.passes[id] ?? parked[id];
}

/** Switches a pass on or off. On, it gets the settings it had, else `first`. */
export function togglePass<Id extends PassId>({ spec, parked }: Draft, id: Id, first: PassOf<Id>): Draft {
  const { [id]: shown, ...passes } = spec.passes;
  const { [id]: hidden, ...others } = parked;
  if (shown !== undefined) return { spec: { ...spec, passes }, parked: { ...others, [id]: shown } };
  return { spec: { ...spec, passes: { ...passes, [id]: hidden ?? first } }, parked: others };
}

/** Changes settings of a pass, on or off. Undefined takes a setting out, so that its default counts. */
export function withPass<Id extends PassId>(draft: Draft, id: Id, change: Changes<PassOf<Id>>): Draft {
  const before = passOf(draft, id);
  if (before === undefined) return draft;
  const after = changed(before, change);
  const place = hasPass(draft, id) ? "spec" : "parked";
  if (place === "parked") return { ...draft, parked: { ...draft.parked, [id]: after } };
  return { ...draft, spec: { ...draft.spec, passes: { ...draft.spec.passes, [id]: after } } };
}

/** How questions are asked. Both passes that ask are changed alike: asked in the same words, each is asked once. */
type Asking = Pick<PassOf<"benchmark">, "promptTemplate" | "chatTemplate" | "subject" | "shots" | "shotQuestions"> & {
  readonly questions?: string | undefined;
};

export function askingOf(draft: Draft): Asking {
  return passOf(draft, "benchmark") ?? passOf(draft, "tokens") ?? {};
}

export function withAsking(draft: Draft, change: Changes<Asking>): Draft {
  let next = draft;
  const benchmark = passOf(next, "benchmark");
  if (benchmark) {
    // Answers of that template are texts: they are scored and not generated.
    const texts = (change.promptTemplate ?? benchmark.promptTemplate) === "question-answer";
    next = withPass(next, "benchmark", {
      ...(change as Changes<PassOf<"benchmark">>),
      ...(texts && { modes: ["loglikelihood"] }),
    });
  }
  return withPass(next, "tokens", change);
}

export function withSample(draft: Draft, change: Changes<NonNullable<SpecInput["sample"]>>): Draft {
  const { sample: before, ...rest } = draft.spec;
  const sample = changed(before ?? {}, change);
  return { ...draft, spec: Object.keys(sample).length === 0 ? rest : { ...rest, sample } };
}

/** Why it cannot be run, before anyone is asked; null where it can. */
export function problemOf({ spec }: Draft): string | null {
  if (spec.cells.length === 0) return "Choose at least one square of the grid.";
  if (Object.values(spec.passes).every((pass) => pass === undefined)) return "Switch on something to measure.";
  return null;
}

/** A stored or opened spec as a draft. */
export function draftOf(spec: SpecInput): Draft {
  return { spec, parked: {} };
}

type Changes<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

function changed<T extends object>(before: T, change: Changes<T>): T {
  return Object.fromEntries(
    Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined),
  ) as unknown as T;
}

function without<T extends object>(value: T, keys: readonly string[]): T {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key))) as unknown as T;
}

function isSquare(cell: CellInput, format: FormatId, provider: ProviderId): boolean {
  const square = squareOf(cell);
  return square?.format === format && square.provider === provider;
}
