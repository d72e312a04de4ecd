/** How much time a run spends on being sure: what each depth fills in where the spec says nothing (docs/measurement.md). */
export const DEPTH_IDS = ["preview", "standard", "thorough"] as const;
export type Depth = (typeof DEPTH_IDS)[number];
export const DEPTHS = Object.freeze({
  /** Two launches: a first look, without intervals over launches. */
  preview: {
    launches: 2,
    forward: { minIterations: 5, maxIterations: 20, minSeconds: 0.5, maxSeconds: 5, memoryLaunches: 0 },
    decode: { newTokens: 32 },
  },
  /** Six launches are the fewest that give a 95 % interval. */
  standard: {
    launches: 6,
    forward: { minIterations: 10, maxIterations: 50, minSeconds: 2, maxSeconds: 20, memoryLaunches: 0 },
    decode: { newTokens: 64 },
  },
  thorough: {
    launches: 12,
    forward: { minIterations: 20, maxIterations: 50, minSeconds: 4, maxSeconds: 60, memoryLaunches: 3 },
    decode: { newTokens: 128 },
  },
});
