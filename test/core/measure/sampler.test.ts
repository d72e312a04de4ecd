import { describe, expect, it } from "vitest";
import { openSampler, type Sampler } from "#core/measure/sampler.ts";
import type { Samples } from "#core/runs/protocol.ts";

function sampled(): { clock: { ms: number }; sent: Samples[]; sampler: Sampler } {
  const clock = { ms: 7000 };
  const sent: Samples[] = [];
  const source = { nowMs: () => clock.ms, residentBytes: () => 2 * clock.ms };
  return { clock, sent, sampler: openSampler((samples) => sent.push(samples), source) };
}

describe("openSampler", () => {
  it("takes at most ten samples a second, however often it is told that time passed", () => {
    const { clock, sent, sampler } = sampled();
    for (let ms = 0; ms < 2000; ms++) {
      clock.ms++;
      sampler.tick();
    }
    sampler.flush();
    expect(sent.flatMap(({ atMs }) => atMs)).toEqual(Array.from({ length: 20 }, (_, index) => 100 * (index + 1)));
  });

  it("sends about a second of samples at a time", () => {
    const { clock, sent, sampler } = sampled();
    for (let tick = 0; tick < 25; tick++) {
      clock.ms += 100;
      sampler.tick();
    }
    expect(sent.map(({ atMs }) => atMs.length)).toEqual([10, 10]);
    sampler.flush();
    expect(sent.map(({ atMs }) => atMs.length)).toEqual([10, 10, 5]);
  });

  it("gives the tokens since the sample before by the time between, 0 while nothing is computed", () => {
    const { clock, sent, sampler } = sampled();
    sampler.add(30);
    clock.ms += 50;
    sampler.tick();
    sampler.add(20);
    clock.ms += 150;
    sampler.tick();
    clock.ms += 100;
    sampler.tick();
    sampler.flush();
    expect(sent).toEqual([{ atMs: [200, 300], residentBytes: [14_400, 14_600], tokensPerSecond: [250, 0] }]);
  });

  it("has a last sample at the end, and none twice", () => {
    const { clock, sent, sampler } = sampled();
    clock.ms += 10;
    sampler.add(1);
    sampler.flush();
    sampler.flush();
    expect(sent).toEqual([{ atMs: [10], residentBytes: [14_020], tokensPerSecond: [100] }]);
  });

  it("reads this process's own memory", () => {
    const sent: Samples[] = [];
    openSampler((samples) => sent.push(samples)).flush();
    expect(sent[0]!.residentBytes[0]).toBeGreaterThan(10 * 2 ** 20);
  });
});
