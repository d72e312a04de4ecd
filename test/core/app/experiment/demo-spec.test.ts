import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Depth, DEPTH_IDS } from "#shared/depths.ts";
import type { Spec } from "#shared/spec.ts";
import { demoSpec } from "#core/app/experiment/demo-spec.ts";
import { ModelLibrary } from "#core/app/libraries/model-library.ts";
import { openLab } from "#core/app/open-lab.ts";
import { resolvePageSpec } from "#core/app/experiment/page-spec.ts";
import { QuestionLibrary } from "#core/app/libraries/question-library.ts";
import { loadQuestionSet } from "#core/benchmarks/question-set.ts";
import { planQuestions } from "#core/runs/plan-questions.ts";
import { newDraft, toggleCell, withDepth } from "../../../../src/renderer/views/bench/draft.ts";
import { scratchDir } from "../../../helpers/lab.ts";

async function askedBy(spec: Spec): Promise<string[]> {
  const { sets } = await planQuestions(spec, loadQuestionSet);
  expect(sets.map(({ set }) => set.name)).toEqual(["demo"]);
  return sets[0]!.asked.map(({ id }) => id);
}

/** What the Bench page asks for the bundled model where nothing but the depth is touched, by depth. */
async function askedByThePage(): Promise<Record<Depth, string[]>> {
  const lab = openLab(scratchDir());
  onTestFinished(() => {
    lab[Symbol.dispose]();
  });
  const models = new ModelLibrary(lab.db);
  const questions = new QuestionLibrary(lab.db, join(scratchDir(), "questions"), loadQuestionSet);
  const places = { models, questions, paths: { check: (path: string) => path } };
  const fresh = toggleCell(newDraft(models.list()[0]!, await questions.list()), "fp32", "cpu");
  const asked = { preview: await askedBy(resolvePageSpec(fresh.spec, places).spec) };
  const at = (depth: Depth): Promise<string[]> => askedBy(resolvePageSpec(withDepth(fresh, depth).spec, places).spec);
  return { ...asked, standard: await at("standard"), thorough: await at("thorough") };
}

describe("demoSpec", () => {
  it("asks the very questions that the window asks: a preview's with --few, else a decision's", async () => {
    const page = await askedByThePage();
    expect(await askedBy(demoSpec({ few: true }))).toEqual(page.preview);
    expect(await askedBy(demoSpec({}))).toEqual(page.standard);
    // A deeper run asks all that a quicker one does.
    expect(DEPTH_IDS.map((depth) => page[depth].length)).toEqual([200, 1600, 5000]);
    const [standard, thorough] = [new Set(page.standard), new Set(page.thorough)];
    expect(page.preview.filter((id) => !standard.has(id))).toEqual([]);
    expect(page.standard.filter((id) => !thorough.has(id))).toEqual([]);
  });

  it("asks every subject in its share, and as many as are wanted", async () => {
    const { sets } = await planQuestions(demoSpec({ limit: 100 }), loadQuestionSet);
    const counts = Object.values(Object.groupBy(sets[0]!.asked, ({ subject }) => subject!)).map((of) => of!.length);
    expect(counts).toEqual([13, 13, 13, 13, 13, 9, 13, 13]);
  });
});
