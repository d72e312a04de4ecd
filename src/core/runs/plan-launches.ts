import type { LaunchKind } from "#shared/results.ts";
import type { Spec } from "#shared/spec.ts";

/** One process of the run, in the order in which they run. */
export interface PlannedLaunch {
  /** Index of the cell. */
  readonly cell: number;
  readonly kind: LaunchKind;
  /** Counts from 1 within its kind. */
  readonly launch: number;
  /** Of a memory launch. */
  readonly batchSize: number | null;
}

/**
 * The order of a run's processes. Speed and memory come round by round over the cells, each round in another order, so that
 * a machine that warms up or is disturbed for a while does it to all of them alike. Answers come after the first round,
 * the reference's first, since the others are compared with what it leaves: they do not vary from process to process.
 * Stepping launches replay what a cell has written in its answers, and so come after them in the first round; in a preview, which
 * somebody watches, they do so in any case: nothing that others wait for is in them.
 * @param replays whether what cells write is replayed
 */
export function planLaunches(
  { cells, passes, launches, depth }: Spec,
  reference: number,
  replays: boolean,
): PlannedLaunch[] {
  const asked = passes.tokens ?? passes.benchmark ?? passes.generate;
  const timed = passes.forward ?? passes.decode;
  const stepped = passes.decode !== undefined || replays;
  // Without anything to time, one launch still tells what loading takes and where the nodes run.
  const rounds = timed || replays ? launches : 1;
  const first = [reference, ...[...cells.keys()].filter((cell) => cell !== reference)];
  const plan: PlannedLaunch[] = [];
  for (let round = 1; round <= rounds; round++) {
    const later: PlannedLaunch[] = [];
    for (const cell of roundOrder(first, round)) {
      if (timed || round === 1) plan.push({ cell, kind: "timing", launch: round, batchSize: null });
      if (!stepped) continue;
      const stepping = { cell, kind: "stepping", launch: round, batchSize: null } as const;
      (round === 1 && (depth === "preview" || replays) ? later : plan).push(stepping);
    }
    if (round === 1 && asked) plan.push(...first.map((cell) => quality(cell)));
    plan.push(...later);
  }
  for (let round = 1; round <= (passes.forward?.memoryLaunches ?? 0); round++) {
    for (const batchSize of passes.forward!.batchSizes) {
      for (const cell of roundOrder(first, round)) plan.push({ cell, kind: "memory", launch: round, batchSize });
    }
  }
  return plan;
}

function quality(cell: number): PlannedLaunch {
  return { cell, kind: "quality", launch: 1, batchSize: null };
}

/** ABC, CBA, BCA, ACB, ...: every second round is turned round, and each pair of rounds begins with the next cell. */
function roundOrder(cells: readonly number[], round: number): number[] {
  const shift = Math.floor((round - 1) / 2) % cells.length;
  const rotated = [...cells.slice(shift), ...cells.slice(0, shift)];
  return round % 2 === 1 ? rotated : rotated.reverse();
}
