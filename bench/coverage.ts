/** How often each interval that is printed holds the truth, by simulation on real runs' numbers: the full table behind the tests. */
import { createRandom } from "#shared/random.ts";
import { decisionFamilies } from "./intervals/decisions.ts";
import {
  changeFamilies,
  divergenceFamilies,
  type Family,
  launchFamilies,
  overlapFamilies,
  shareFamilies,
  textFamilies,
  tryOut,
} from "./intervals/families.ts";

const option = (name: string, otherwise: string): string => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1]!;
};

const EXPERIMENTS = { formula: Number(option("experiments", "4000")), bootstrap: Number(option("bootstraps", "1000")) };
const RESAMPLES = Number(option("resamples", "1000"));
const only = option("only", "");

const GROUPS: Readonly<Record<string, () => Family[]>> = {
  shares: shareFamilies,
  overlaps: overlapFamilies,
  divergences: divergenceFamilies,
  texts: textFamilies,
  changes: changeFamilies,
  decisions: decisionFamilies,
  launches: launchFamilies,
};

const ratios: Record<string, number> = {};
for (const [group, families] of Object.entries(GROUPS)) {
  if (only !== "" && only !== group) continue;
  process.stdout.write(
    `\n${group}: covered, % of ${EXPERIMENTS.formula} or ${EXPERIMENTS.bootstrap} experiments (printed, %)\n`,
  );
  for (const family of families()) {
    const shown = family.sizes.map((n) => {
      const experiments = EXPERIMENTS[family.cost];
      const { covered, printed } = tryOut(family, n, experiments, createRandom(n), RESAMPLES);
      ratios[`${family.name}, ${n}`] = covered / printed;
      const share = printed === experiments ? "" : ` (${((100 * printed) / experiments).toFixed(0)})`;
      return `${n}: ${((100 * covered) / printed).toFixed(1)}${share}`;
    });
    process.stdout.write(`  ${family.name.padEnd(58)} ${shown.join("  ")}\n`);
  }
}
if (process.argv.includes("--json")) {
  process.stdout.write(
    `${JSON.stringify({ bench: "coverage", ratios, samples: EXPERIMENTS, environment: process.version })}\n`,
  );
}
