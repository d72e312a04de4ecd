import { median } from "#shared/stats/quantile.ts";

/**
 * A fixed piece of work on one thread, done before the model is loaded and after the last pass: what it takes longer the
 * second time, the processor was slowed down (heat, power). Integer arithmetic in registers: it needs no memory, so that
 * no memory measurement sees it, and its speed is the clock's.
 */
interface Canary {
  /** How much longer the work takes now than at the start: after / before - 1. */
  drift(): number;
}

const REPETITIONS = 5;
/** About 20 ms on the processors of 2026: long against the timer, short against a pass. */
const STEPS = 18_000_000;

/** Does the work for the first time. @param work returns ms; another one is for tests */
export function openCanary(work: () => number = timedWork): Canary {
  // The first call is interpreted and compiled.
  work();
  const beforeMs = middle(work);
  return { drift: () => middle(work) / beforeMs - 1 };
}

function middle(work: () => number): number {
  return median(Array.from({ length: REPETITIONS }, () => work()))!;
}

function timedWork(): number {
  const start = performance.now();
  const result = arithmetic(STEPS);
  const elapsedMs = performance.now() - start;
  if (result !== EXPECTED) throw new Error(`The canary computed ${result} in place of ${EXPECTED}.`);
  return elapsedMs;
}

/** A linear congruential generator (Numerical Recipes' constants): every step needs the one before. */
function arithmetic(steps: number): number {
  let state = 1;
  for (let step = 0; step < steps; step++) state = (Math.imul(state, 1664525) + 1013904223) | 0;
  return state;
}

/** What it must come to: the result is used, so that no compiler leaves the work out. */
const EXPECTED = 994_024_577;
