/** How much faster a candidate writes, launch by launch. */
import {
  type CellResult,
  type Comparison,
  REPLAYED,
  type ReplayItem,
  type Replayed,
  type ReplayLaunch,
} from "../results.ts";
import { launchRatio } from "../stats/launch-ratio.ts";
import type { LaunchSamples } from "../stats/launch-summary.ts";

/**
 * Time of the reference by the candidate's for the same work: the prompts that both were given, and after each as many tokens as
 * both wrote. A cell that writes less is not called slower for it, though its prompts are spread over fewer words.
 */
export function compareWords(reference: CellResult, candidate: CellResult): Comparison["wordsRatio"] {
  return REPLAYED.flatMap((of) => {
    const times = pairedTimes(launchesOf(reference, of), launchesOf(candidate, of));
    const ratio = launchRatio(
      times.map(([samples]) => samples),
      times.map(([, samples]) => samples),
    );
    return ratio ? [{ of, ...ratio }] : [];
  });
}

function launchesOf({ replays }: CellResult, of: Replayed): readonly ReplayLaunch[] {
  return replays.find((replay) => replay.of === of)?.launches ?? [];
}

/** A time a side of every launch that both have; without a text in common there is none. */
function pairedTimes(
  reference: readonly ReplayLaunch[],
  candidate: readonly ReplayLaunch[],
): (readonly [LaunchSamples, LaunchSamples])[] {
  return reference.flatMap(({ launch, items }) => {
    const theirs = new Map(candidate.find((other) => other.launch === launch)?.items.map((item) => [item.id, item]));
    let [ours, others] = [0, 0];
    for (const item of items) {
      const other = theirs.get(item.id);
      if (other?.promptTokens !== item.promptTokens) continue;
      const steps = Math.max(0, Math.min(item.tokens, other.tokens) - 1);
      ours += timeOf(item, steps);
      others += timeOf(other, steps);
    }
    if (!(ours > 0 && others > 0)) return [];
    return [
      [
        { launch, samples: [ours] },
        { launch, samples: [others] },
      ] as const,
    ];
  });
}

/** Mean over the repeats, of the prompt and the first steps. */
function timeOf({ tokens, promptMs, stepMs }: ReplayItem, steps: number): number {
  const each = Math.max(0, tokens - 1);
  let total = promptMs.reduce((sum, ms) => sum + ms, 0);
  for (const [index, ms] of stepMs.entries()) if (index % each < steps) total += ms;
  return promptMs.length === 0 ? 0 : total / promptMs.length;
}
