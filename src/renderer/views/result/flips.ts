/** Which flips are shown, and how they are saved. */
import type { Flip } from "#shared/api.ts";

export type FlipFilter = "all" | Flip["kind"];

export const FLIP_WORDS: Readonly<Record<Flip["kind"], string>> = Object.freeze({
  rightToWrong: "right → wrong",
  wrongToRight: "wrong → right",
  wrongToOtherWrong: "other wrong",
});

/** Those of a kind that have every word, in any order, in the question, its choices or its subject. */
export function flipsShown(flips: readonly Flip[], kind: FlipFilter, words: string): readonly Flip[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (kind === "all" && wanted.length === 0) return flips;
  return flips.filter((flip) => {
    if (kind !== "all" && flip.kind !== kind) return false;
    if (wanted.length === 0) return true;
    const text = [flip.question, flip.subject ?? "", flip.questionId, ...flip.choices].join(" ").toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** `A`, `B` ...; a dash where the answer names no choice. */
export function letter(choice: number | null): string {
  return choice === null || choice < 0 ? "–" : String.fromCharCode(65 + choice);
}

export function flipCsvRows(
  flips: readonly Flip[],
  reference: string,
  candidate: string,
): (string | number | null)[][] {
  const most = Math.max(0, ...flips.map(({ reference: own }) => own.choiceLogprobs.length));
  const choices = Array.from({ length: most }, (_, index) => letter(index));
  return [
    [
      "question id",
      "kind",
      "mode",
      "subject",
      "question",
      "right answer",
      reference,
      candidate,
      ...[reference, candidate].flatMap((cell) => choices.map((choice) => `${cell} log-probability ${choice} (nats)`)),
    ],
    ...flips.map((flip) => [
      flip.questionId,
      FLIP_WORDS[flip.kind],
      flip.mode,
      flip.subject,
      flip.question,
      letter(flip.answer),
      letter(flip.reference.predicted),
      letter(flip.candidate.predicted),
      ...[flip.reference, flip.candidate].flatMap(({ choiceLogprobs }) =>
        choices.map((_, index) => choiceLogprobs[index] ?? null),
      ),
    ]),
  ];
}
