/** The measurements of one cell from two places as one: every unit once, and none that says two things. */
import { LabError } from "#shared/errors.ts";
import { joinDecode, joinForward } from "#shared/compare/join-launches.ts";
import { joinReplays } from "#shared/compare/join-replays.ts";
import type { BenchmarkResult, CellResult, CellStatus, ReplayLaunch } from "#shared/results.ts";
import { BENCHMARK_MODES } from "#shared/spec.ts";

/** The further on, the later in this list: of two states the further one counts. */
const PROGRESS: readonly CellStatus[] = ["waiting", "running", "cancelled", "failed", "done"];

/**
 * Units are told apart by what names them in the store: launch, batch size, question, chunk, prompt.
 * @throws LabError BUNDLE_CONFLICT naming the cell and the unit that is there with other numbers
 */
export function mergeCells(ours: CellResult, theirs: CellResult): CellResult {
  const join = <T>(what: string, a: readonly T[], b: readonly T[], keyOf: (item: T) => string): T[] =>
    union(a, b, keyOf, (key) => conflict(ours.label, `${what} ${key}`));
  if (ours.sha256 !== theirs.sha256) throw conflict(ours.label, "its file");
  const ahead = PROGRESS.indexOf(theirs.status) > PROGRESS.indexOf(ours.status) ? theirs : ours;
  const launches = (cell: CellResult): CellResult["forward"][number]["launches"] =>
    cell.forward.flatMap((row) => row.launches);
  const decoded = (cell: CellResult): CellResult["decode"][number]["launches"] =>
    cell.decode.flatMap((row) => row.launches);
  const replayed = (cell: CellResult): ReplayLaunch[] => cell.replays.flatMap((row) => row.launches);
  const generations = join("text of", ours.generations, theirs.generations, ({ promptId }) => promptId);
  const benchmark = BENCHMARK_MODES.flatMap((mode) => {
    const of = (cell: CellResult): BenchmarkResult | undefined => cell.benchmark.find((row) => row.mode === mode);
    const base = of(ours) ?? of(theirs);
    if (!base) return [];
    const answers = join(
      "answer to",
      of(ours)?.answers ?? [],
      of(theirs)?.answers ?? [],
      ({ questionId }) => questionId,
    );
    return [{ ...base, answers }];
  });
  return {
    ...ours,
    status: ahead.status,
    error: ahead.error,
    loadMs: ours.loadMs ?? theirs.loadMs,
    memory: ours.memory ?? theirs.memory,
    placement: Object.keys(ours.placement).length > 0 ? ours.placement : theirs.placement,
    cacheSelfTest: ours.cacheSelfTest ?? theirs.cacheSelfTest,
    selfTests: ours.selfTests ?? theirs.selfTests,
    launches: join(
      "launch",
      ours.launches,
      theirs.launches,
      (row) => `${row.kind} ${row.launch} ${row.batchSize ?? ""}`,
    ),
    forward: joinForward(
      join("forward pass", launches(ours), launches(theirs), (row) => `${row.kind} ${row.launch} ${row.batchSize}`),
    ),
    decode: joinDecode(
      join(
        "decoding",
        decoded(ours),
        decoded(theirs),
        (row) => `${row.way} ${row.launch} ${row.batchSize} ${row.depth}`,
      ),
    ),
    tokens: join("next tokens of", ours.tokens, theirs.tokens, ({ questionId }) => questionId),
    texts: join("text chunk", ours.texts, theirs.texts, ({ chunk }) => String(chunk)),
    benchmark,
    generations,
    replays: joinReplays(
      join("replay of", replayed(ours), replayed(theirs), (row) => `${row.of} ${row.launch}`),
      { benchmark, generations },
    ),
    samples: join("samples", ours.samples, theirs.samples, ({ kind, launch }) => `${kind} ${launch}`),
  };
}

/** First `a`, then what `b` adds. The same key twice must be the same thing. */
export function union<T>(
  a: readonly T[],
  b: readonly T[],
  keyOf: (item: T) => string,
  onConflict: (key: string) => LabError,
): T[] {
  const known = new Map(a.map((item) => [keyOf(item), item]));
  const added = b.filter((item) => {
    const key = keyOf(item);
    const other = known.get(key);
    if (other === undefined) return true;
    if (!isSame(other, item)) throw onConflict(key);
    return false;
  });
  return [...a, ...added];
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** Keys in one order: a schema and a query need not agree on it. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}

function conflict(label: string, what: string): LabError {
  return new LabError(
    "BUNDLE_CONFLICT",
    `${label}: ${what} is stored with other numbers than the bundle has. Nothing was changed.`,
    {
      cell: label,
      what,
    },
  );
}
