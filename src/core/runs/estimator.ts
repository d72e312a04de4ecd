import type { CellJob, PassName } from "./protocol.ts";

/**
 * How long a run still takes. Each pass costs a number of tokens to feed; the rate is measured per pass as it goes, in any
 * cell, because a decoding step costs another time than a token of a batch.
 */
export class Estimator {
  readonly #jobs: readonly CellJob[];
  readonly #now: () => number;
  readonly #rates = new Map<PassName, { cost: number; ms: number }>();
  #cell = 0;
  #pass: PassName = "load";
  #done = 0;
  #doneCost = 0;
  #lastMs: number;

  /** @param now a clock in ms */
  constructor(jobs: readonly CellJob[], now: () => number = () => performance.now()) {
    this.#jobs = jobs;
    this.#now = now;
    this.#lastMs = now();
  }

  /** A cell begins: everything before it is over. */
  startCell(index: number): void {
    this.#cell = index;
    this.#enter("load");
    this.#lastMs = this.#now();
  }

  /** `done` units of a pass are finished. */
  progress(pass: PassName, done: number): void {
    if (pass !== this.#pass) this.#enter(pass);
    const cost = costOf(this.#jobs[this.#cell]!, pass, done);
    const now = this.#now();
    // A pass that begins (nothing done yet) has taken no time: what went by before belongs to no unit of it.
    if (cost > this.#doneCost) {
      const rate = this.#rates.get(pass) ?? { cost: 0, ms: 0 };
      this.#rates.set(pass, { cost: rate.cost + cost - this.#doneCost, ms: rate.ms + now - this.#lastMs });
    }
    this.#doneCost = cost;
    this.#lastMs = now;
    this.#done = done;
  }

  /** Milliseconds until the run ends; null before anything was measured. */
  remainingMs(): number | null {
    if (this.#rates.size === 0) return null;
    let sum = 0;
    for (let cell = this.#cell; cell < this.#jobs.length; cell++) {
      const job = this.#jobs[cell]!;
      for (const pass of PASS_ORDER) {
        const total = costOf(job, pass, Infinity);
        const current = cell === this.#cell;
        if (current && PASS_ORDER.indexOf(pass) < PASS_ORDER.indexOf(this.#pass)) continue;
        const done = current && pass === this.#pass ? costOf(job, pass, this.#done) : 0;
        sum += (total - done) * this.#msPerCost(pass);
      }
    }
    return sum;
  }

  #enter(pass: PassName): void {
    this.#pass = pass;
    this.#done = 0;
    this.#doneCost = 0;
  }

  /** A pass that has not run yet is taken at the rate of those that have. */
  #msPerCost(pass: PassName): number {
    const own = this.#rates.get(pass);
    if (own) return own.ms / own.cost;
    let cost = 0;
    let ms = 0;
    for (const rate of this.#rates.values()) {
      cost += rate.cost;
      ms += rate.ms;
    }
    return ms / cost;
  }
}

const PASS_ORDER: readonly PassName[] = ["load", "forward", "questions", "generate"];

/** A decoded token waits for the one before it; measured, it costs about this many prompt tokens. */
const DECODE_COST = 8;
const CHARACTERS_PER_TOKEN = 4;
const EXPECTED_ANSWER_TOKENS = 3;
const LOAD_COST = 500;

/** Cost of the first `done` units of a pass. */
function costOf(job: CellJob, pass: PassName, done: number): number {
  switch (pass) {
    case "load":
      return done > 0 ? LOAD_COST : 0;
    case "forward": {
      const { forward } = job;
      if (!forward) return 0;
      const runs = forward.warmup + forward.minIterations;
      return sum(forward.batchSizes, done, (batchSize) => batchSize * forward.sequenceLength * runs);
    }
    case "questions": {
      let left = done;
      return job.questionJobs.reduce((total, { questions, benchmark }) => {
        const generated = benchmark?.modes.includes("generate") ? EXPECTED_ANSWER_TOKENS * DECODE_COST : 0;
        const cost = sum(questions, left, (item) => {
          const characters = item.choices.reduce(
            (length, choice) => length + choice.length + 4,
            item.question.length + 80,
          );
          return characters / CHARACTERS_PER_TOKEN + generated;
        });
        left = Math.max(0, left - questions.length);
        return total + cost;
      }, 0);
    }
    case "generate": {
      const { generate } = job;
      if (!generate) return 0;
      return sum(generate.prompts, done, () => generate.spec.maxNewTokens * DECODE_COST);
    }
  }
}

function sum<T>(items: readonly T[], first: number, cost: (item: T) => number): number {
  let total = 0;
  for (let index = 0; index < Math.min(first, items.length); index++) total += cost(items[index]!);
  return total;
}
