import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}

/** What axe-core finds against WCAG 2.2 A and AA and its best practices on the page as it is now; one line each. `within`: a selector of the part to look at. */
export async function axeProblems(page: Page, within = "html"): Promise<string[]> {
  await page.evaluate(SOURCE);
  // A dialog that is still fading in has contrasts that nobody reads by.
  await page.evaluate(
    `Promise.allSettled(document.getAnimations()
      .filter((animation) => animation.effect.getComputedTiming().endTime !== Infinity)
      .map((animation) => animation.finished))`,
  );
  const { violations } = await page.evaluate<AxeResult>(
    `axe.run(${JSON.stringify(within)}, { resultTypes: ["violations"] })`,
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ html, failureSummary }) => `${id} (${help}): ${html.slice(0, 160)} ${failureSummary.replaceAll(/\s+/g, " ")}`,
    ),
  );
}
