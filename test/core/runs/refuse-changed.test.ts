import { describe, expect, it } from "vitest";
import type { Environment } from "#shared/results.ts";
import type { PlannedCell } from "#core/runs/plan-cells.ts";
import type { PlannedTexts } from "#core/runs/plan-texts.ts";
import { refuseChanged } from "#core/runs/refuse-changed.ts";
import { environment, questionSet } from "../store/sample-run.ts";

const cell = (sha256: string) => ({ sha256, variant: { file: "model.onnx" } }) as PlannedCell;
const set = { set: questionSet(2, "aa"), asked: [], chanceLevel: 0.25 };
const begun = {
  run: { id: "r", environment },
  cells: [{ sha256: "1" }, { sha256: "2" }],
  questionHashes: ["aa"],
  textSet: { name: "text.txt", sha256: "cc" },
};
const texts = (sha256: string): PlannedTexts => ({ file: "text.txt", sha256 }) as PlannedTexts;
const now = { cells: [cell("1"), cell("2")], questions: { sets: [set] }, texts: texts("cc") };

describe("refuseChanged", () => {
  it("lets a run go on where all is as it was; a newer Quantscope or Node is no matter", () => {
    const later: Environment = { ...environment, app: { version: "9.0.0", commit: null } };
    expect(() => {
      refuseChanged(begun, now, later);
    }).not.toThrow();
  });

  it.each([
    ["model.onnx", { ...now, cells: [cell("1"), cell("3")] }, environment],
    ["model.onnx", { ...now, cells: [...now.cells, cell("4")] }, environment],
    ["virology.csv", { ...now, questions: { sets: [{ ...set, set: questionSet(2, "bb") }] } }, environment],
    ["text.txt", { ...now, texts: texts("dd") }, environment],
    ["The machine", now, { ...environment, machineId: "another" }],
    [
      "The version of ONNX Runtime",
      now,
      { ...environment, runtime: { ...environment.runtime, onnxruntime: "1.31.0" } },
    ],
  ])("refuses when %s has changed, and names it", (what, later, machine) => {
    expect(() => {
      refuseChanged(begun, later, machine);
    }).toThrow(
      expect.objectContaining({
        code: "SPEC_INVALID",
        message: `${what} has changed since the run r began. Start a new run instead.`,
      }),
    );
  });
});
