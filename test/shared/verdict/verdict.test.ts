import { describe, expect, it } from "vitest";
import type { CellResult, Verdict } from "#shared/results.ts";
import { compareCells } from "#shared/compare/compare-cells.ts";
import { decide } from "#shared/verdict/decide.ts";
import type { Limits, VerdictInput } from "#shared/verdict/verdict.ts";
import { answer, benchmark, flipping, forward, fp32, int4, MIB, predictions, tokens } from "../compare/cells.ts";
import { judge } from "./judge.ts";

/** fp32 against a cheaper int4, by questions that flipped. */
function flipped(
  questions: number,
  rightToWrong: number,
  wrongToRight: number,
  extra: Partial<VerdictInput> = {},
): Verdict {
  const [before, after] = flipping(questions, rightToWrong, wrongToRight);
  return judge(fp32({ benchmark: [benchmark(before)] }), int4({ benchmark: [benchmark(after)] }), extra);
}

const SAVINGS = "3.0x less memory and 1.7x faster at batch 1, a file 3.0x smaller";

describe("verdict by accuracy", () => {
  it("keeps the reference where a loss is shown (the demo: 54 right to wrong, 27 wrong to right of 1,600)", () => {
    expect(flipped(1600, 54, 27)).toMatchObject({
      answer: "keep",
      sentence:
        "Keep fp32@cpu: int4@cpu loses accuracy, −1.7 points (54 right to wrong, 27 wrong to right of 1,600 questions; " +
        `95.5 % CI −2.9 to −0.6), for ${SAVINGS}.`,
    });
  });

  it("says quantize where hardly anything changed (2 and 2 of 1,600)", () => {
    expect(flipped(1600, 2, 2)).toMatchObject({
      answer: "quantize",
      sentence:
        `Quantize to int4@cpu: ${SAVINGS}; accuracy ±0.0 points (2 right to wrong, 2 wrong to right of 1,600 questions; ` +
        "95.5 % CI −0.4 to +0.4): no loss beyond the margin of 1 point.",
    });
  });

  it("says quantize where the answers got better, if anything (8 and 16 of 480)", () => {
    expect(flipped(480, 8, 16).answer).toBe("quantize");
  });

  it("cannot tell where the loss may be chance (16 and 8 of 480), and says how many questions could", () => {
    const { answer: found, sentence } = flipped(480, 16, 8);
    expect(found).toBe("not enough data");
    expect(sentence).toMatch(
      /^Not enough data on int4@cpu: accuracy −1\.7 points .*neither shows a loss nor rules out one of more than 1 point; [\d,]+ to [\d,]+ more questions like these would decide in four of five cases\.$/,
    );
  });

  it("cannot tell from 100 questions of which 3 flipped each way", () => {
    expect(flipped(100, 3, 3).answer).toBe("not enough data");
  });

  it("names a range of questions: fewer if the change is what it seems, more whatever it is", () => {
    const { questionsToDecide, questionsIfAsSeen } = flipped(100, 3, 3);
    expect(questionsIfAsSeen).toBeGreaterThan(1000);
    expect(questionsToDecide).toBeGreaterThan(questionsIfAsSeen!);
    expect(flipped(1600, 2, 2)).toMatchObject({ questionsToDecide: null, questionsIfAsSeen: null });
  });

  it("prints the interval that decides, with as many decimals as keep it off the margin", () => {
    const { sentence, decision } = flipped(405, 0, 0);
    expect(decision).toMatchObject({ candidates: 1, look: 1 });
    expect(decision!.low).toBeGreaterThan(-1);
    expect(sentence).toContain("95.5 % CI −0.99 to +0.99");
  });

  it("calls a small loss that is certain a loss, and still says quantize", () => {
    const { answer: found, sentence } = flipped(20_000, 100, 40);
    expect(found).toBe("quantize");
    expect(sentence).toContain("a real loss, within the margin of 1 point");
  });

  it("calls a gain a gain", () => {
    expect(flipped(1600, 27, 54).sentence).toMatch(/\+1\.7 points .*: a gain\.$/);
  });

  it("takes the user's margin", () => {
    expect(flipped(1600, 54, 27, { limits: { marginPoints: 3 } })).toMatchObject({ answer: "quantize" });
    expect(flipped(1600, 54, 27, { limits: { marginPoints: 3 } }).reasons).toContain(
      "margin: a loss of up to 3 points is accepted",
    );
    const none = flipped(1600, 2, 2, { limits: { marginPoints: 0 } });
    expect(none.answer).toBe("not enough data");
    expect(none.sentence).not.toMatch(/NaN|Infinity|more questions/);
  });

  it("calls a loss likely, not certain, where only the other candidates make it uncertain", () => {
    const [before, after] = flipping(1600, 50, 27);
    const [reference, candidate] = [fp32({ benchmark: [benchmark(before)] }), int4({ benchmark: [benchmark(after)] })];
    const { answerChange } = compareCells(reference, candidate, { topK: [1], seed: 0 });
    const sixteen = decide(
      Array.from({ length: 16 }, () => answerChange),
      1,
      1,
    );
    const { answer: found, sentence } = judge(reference, candidate, { decision: sixteen[0]! });
    expect(found).toBe("not enough data");
    expect(sentence).toMatch(
      / 99\.7 % CI −\d\.\d+ to \+0\.\d+, for 16 candidates\): a loss is likely, not certain for 16 candidates; /,
    );
  });

  it("spends less of its error at a later look", () => {
    const [before, after] = flipping(1600, 50, 27);
    const [reference, candidate] = [fp32({ benchmark: [benchmark(before)] }), int4({ benchmark: [benchmark(after)] })];
    const { answerChange } = compareCells(reference, candidate, { topK: [1], seed: 0 });
    const { answer: found, sentence } = judge(reference, candidate, { decision: decide([answerChange], 1, 2)[0]! });
    expect(found).toBe("not enough data");
    expect(sentence).toContain(", look 2): a loss is likely, not certain at look 2 at these questions");
  });

  it("tests generated answers as well, and does not let likelihoods outweigh a loss there", () => {
    const [before, after] = flipping(1600, 2, 2);
    const [written, rewritten] = flipping(1600, 90, 20);
    const {
      answer: found,
      sentence,
      reasons,
    } = judge(
      fp32({ benchmark: [benchmark(before), benchmark(written, "generate")] }),
      int4({ benchmark: [benchmark(after), benchmark(rewritten, "generate")] }),
    );
    expect(found).toBe("not enough data");
    expect(sentence).toMatch(/: no loss beyond the margin of 1 point, but the answers it generates lose accuracy\.$/);
    expect(reasons.join("; ")).toMatch(
      /generated answers: accuracy −4\.4 points \(90 right to wrong, 20 wrong to right of 1,600 questions; 95\.5 % CI .*\): a loss/,
    );
  });

  it("names generated answers as such, and says how many named no choice", () => {
    const [before, after] = flipping(1600, 54, 27);
    const nameless = after.map((each, index) => (index < 10 ? answer(index, null, { formatFailure: true }) : each));
    const { sentence, reasons } = judge(
      fp32({ benchmark: [benchmark(before, "generate")] }),
      int4({ benchmark: [benchmark(nameless, "generate")] }),
    );
    expect(sentence).toContain("loses accuracy of generated answers, −1.7 points");
    expect(reasons).toContain("named no choice, of 1,600 questions: fp32@cpu 0, int4@cpu 10 (wrong answers)");
  });

  it("says where most answers are one letter, and not where choices are texts", () => {
    const [before, after] = flipping(200, 0, 0);
    const biased = after.map((each, index) => ({ ...each, predicted: index < 160 ? 1 : 0, correct: index >= 160 }));
    const reasons = (answers: typeof after): string =>
      judge(fp32({ benchmark: [benchmark(before)] }), int4({ benchmark: [benchmark(answers)] })).reasons.join("; ");
    expect(reasons(biased)).toContain(
      "int4@cpu answers B to 80 % of 200 questions: it may go by the place of a choice",
    );
    expect(reasons(biased)).not.toContain("fp32@cpu answers");
    const texts = biased.map((each) => ({ ...each, normalized: { predicted: each.predicted, correct: each.correct } }));
    expect(reasons(texts)).not.toContain("the place of a choice");
  });
});

describe("verdict by the user's limits", () => {
  const [before, after] = flipping(1600, 2, 2);
  const within = (limits: Partial<Limits>): Verdict =>
    judge(fp32({ benchmark: [benchmark(before)] }), int4({ benchmark: [benchmark(after)] }), {
      limits: { marginPoints: 1, ...limits },
    });

  it("refuses a candidate that needs more memory or time than the user has", () => {
    expect(within({ peakMemoryBytes: 100 * 2 ** 20 })).toMatchObject({
      answer: "keep",
      sentence: "Keep fp32@cpu: int4@cpu needs 200 MiB at batch 1, more than your limit of 100 MiB, as fp32@cpu does.",
    });
    expect(within({ latencyMs: 5 }).sentence).toContain("takes 10.0 ms at batch 1, longer than your limit of 5.00 ms");
  });

  it("weighs the memory that a cell cannot give back, as the tables show it: mapped files are no need", () => {
    const idle = {
      baseBytes: 90 * MIB,
      loadPeakBytes: 0,
      steadyBytes: 0,
      source: "VmHWM",
      baseFileBytes: 50 * MIB,
    } as const;
    const launches = [1, 2, 3, 4, 5, 6].map((launch): CellResult["launches"][number] => ({
      ...{ kind: "timing", launch, batchSize: null, order: launch, status: "done", startedAt: "", elapsedMs: 1 },
      ...{ loadMs: 1, canaryDrift: null, memory: { ...idle, loadFileBytes: 50 * MIB } },
    }));
    // 200 MiB resident, of which 110 are pages of files.
    const mapped = int4({
      ...{ benchmark: [benchmark(after)], launches },
      forward: [forward(1, 10, 200, { fileBytes: 160 * MIB })],
    });
    const of = (mebibytes: number): string =>
      judge(fp32({ benchmark: [benchmark(before)] }), mapped, {
        limits: { marginPoints: 1, peakMemoryBytes: mebibytes * MIB },
      }).sentence;
    expect(of(100)).not.toContain("limit");
    expect(of(80)).toContain("int4@cpu needs 90.0 MiB at batch 1, more than your limit of 80.0 MiB");
  });

  it("does not mention a limit that only the reference breaks", () => {
    expect(within({ peakMemoryBytes: 300 * 2 ** 20, latencyMs: 12 }).answer).toBe("quantize");
  });
});

describe("verdict where the questions say nothing", () => {
  it("cannot tell when the reference itself is at chance", () => {
    const guesses = predictions(Array.from({ length: 400 }, (_, index) => index % 4));
    const guessing = { benchmark: [benchmark(guesses)] };
    const { answer: found, sentence } = judge(fp32(guessing), int4(guessing));
    expect(found).toBe("not enough data");
    expect(sentence).toMatch(
      /cannot tell, because fp32@cpu itself answers them at chance \(25\.0 %, .* guessing gives 25\.0 %\)/,
    );
  });

  it("says that the next tokens tell what the answers cannot", () => {
    const guesses = { benchmark: [benchmark(predictions(Array.from({ length: 400 }, (_, index) => index % 4)))] };
    const [ours, theirs] = [tokens([[1, 2, 3]]), tokens([[2, 1, 9]])];
    const { sentence } = judge(fp32({ ...guesses, tokens: ours }), int4({ ...guesses, tokens: theirs }));
    expect(sentence).toMatch(
      /; the next tokens can, and differ by Jaccard@1 0\.000, Jaccard@\d+ 0\.500, KL divergence ≥ .* nats\.$/,
    );
  });

  it("says when the reference is worse than chance because its texts name no choice", () => {
    const silent = Array.from({ length: 400 }, (_, index) => answer(index, null, { formatFailure: true }));
    const { sentence } = judge(
      fp32({ benchmark: [benchmark(silent, "generate")] }),
      int4({ benchmark: [benchmark(silent, "generate")] }),
    );
    expect(sentence).toMatch(/worse than chance \(0\.0 %.*400 of its 400 answers name no choice\)/);
  });

  it("judges chance on the answers that are compared", () => {
    const [before, after] = flipping(1600, 2, 2);
    const broken = predictions(Array<null>(1600).fill(null));
    // The log-likelihoods of int4 were not asked for; those of fp32 must not decide about the generated answers.
    const reference = fp32({ benchmark: [benchmark(broken), benchmark(before, "generate")] });
    expect(judge(reference, int4({ benchmark: [benchmark(after, "generate")] })).answer).toBe("quantize");
  });

  it("does not know the quality where nothing was asked, but tells what it knows", () => {
    const rows = tokens(Array.from({ length: 3 }, () => [1, 2]));
    expect(judge(fp32({ tokens: rows }), int4({ tokens: rows }))).toEqual({
      answer: "not enough data",
      sentence: "Not enough data on int4@cpu: no question was answered by both cells, so its quality is unknown.",
      reasons: ["next tokens: Jaccard@1 1.000, Jaccard@20 1.000", SAVINGS],
      questionsToDecide: null,
      questionsIfAsSeen: null,
      decision: null,
    });
  });

  it("warns of ties at the edge of the top k, where they are more than 1 % of the positions", () => {
    const clear = tokens(Array.from({ length: 100 }, () => [1, 2, 3]));
    const warned = (tied: number): string => {
      const rows = clear.map((row, index) => (index < tied ? { ...row, topLogprobs: [-1, -2, -2] } : row));
      const [reference, candidate] = [fp32({ tokens: clear }), int4({ tokens: rows })];
      return judge(reference, candidate, { topK: [1, 2], chanceLevel: null }).reasons.join("; ");
    };
    expect(warned(1)).not.toContain("ties");
    expect(warned(2)).toContain(
      "Jaccard@2 depends on ties: at 2.0 % of the positions token 2 and the next are equally likely, and the lower id counts",
    );
    expect(warned(2)).not.toContain("Jaccard@1 depends");
  });

  it("names only those Jaccard indices that were asked for, each once", () => {
    const rows = tokens([[1, 2]]);
    const texts = [[1], [5], [5, 10]].map((topK) => {
      const [reference, candidate] = [fp32({ tokens: rows }), int4({ tokens: rows })];
      return judge(reference, candidate, { topK, chanceLevel: null }).reasons[0];
    });
    expect(texts).toEqual([
      "next tokens: Jaccard@1 1.000",
      "next tokens: Jaccard@5 1.000",
      "next tokens: Jaccard@10 1.000",
    ]);
  });
});

describe("verdict on broken output", () => {
  const questions = (invalid: number): CellResult["benchmark"] => [
    benchmark(
      predictions(Array.from({ length: 400 }, (_, index) => (index < invalid ? null : index % 5 === 0 ? 1 : 0))),
    ),
  ];

  it("keeps the reference where more than 1 % of the candidate's output was not a number", () => {
    expect(judge(fp32({ benchmark: questions(0) }), int4({ benchmark: questions(5) }))).toMatchObject({
      answer: "keep",
      sentence: "Keep fp32@cpu: int4@cpu is broken here, its output was not a number (NaN) for 5 of 400 questions.",
    });
    expect(judge(fp32({ benchmark: questions(0) }), int4({ benchmark: questions(400) })).answer).toBe("keep");
  });

  it("leaves few such answers out and says so", () => {
    const { sentence, reasons } = judge(fp32({ benchmark: questions(0) }), int4({ benchmark: questions(4) }));
    expect(sentence).not.toContain("broken");
    expect(reasons).toContain("left out: 4 of 400 questions, where an output was not a number (NaN)");
  });

  it("compares nothing with a broken reference", () => {
    expect(judge(fp32({ benchmark: questions(50) }), int4({ benchmark: questions(0) }))).toMatchObject({
      answer: "not enough data",
      sentence: expect.stringContaining("the reference fp32@cpu is broken here") as string,
    });
  });

  it("sees it in the next tokens where no questions were scored", () => {
    const good = tokens([[1], [2]]);
    expect(judge(fp32({ tokens: good }), int4({ tokens: tokens([[1], []]) })).sentence).toContain("1 of 2 questions");
  });
});

describe("verdict on what was not measured to its end", () => {
  const failed: Partial<CellResult> = {
    status: "failed",
    error: { code: "OUT_OF_MEMORY", message: "Memory ran out." },
  };

  it.each([
    [failed, "Not enough data on int4@cpu: int4@cpu failed (Memory ran out)."],
    [{ status: "cancelled" } as const, "Not enough data on int4@cpu: int4@cpu was cancelled before its end."],
    [{ status: "waiting" } as const, "Not enough data on int4@cpu: int4@cpu was not measured."],
  ])("does not judge a candidate that is %j", (state, sentence) => {
    expect(judge(fp32(), int4(state))).toEqual({
      answer: "not enough data",
      sentence,
      reasons: [],
      questionsToDecide: null,
      questionsIfAsSeen: null,
      decision: null,
    });
  });

  it("does not judge against a reference that failed", () => {
    expect(judge(fp32(failed), int4()).sentence).toBe(
      "Not enough data on int4@cpu: fp32@cpu failed (Memory ran out), and it is the reference.",
    );
  });

  it("does not judge by the partial answers of a cancelled cell", () => {
    const [before, after] = flipping(1600, 2, 2);
    const partial = int4({ status: "cancelled", benchmark: [benchmark(after.slice(0, 1500))] });
    expect(judge(fp32({ benchmark: [benchmark(before)] }), partial).answer).toBe("not enough data");
  });
});
