/** How far the cells of a run agree with its reference while they are asked: the share of equal most likely next tokens. */
import { isFormatId } from "#shared/formats/formats.ts";
import { referenceCell } from "#shared/verdict/build-results.ts";
import type { WorkerMessage } from "#core/runs/protocol.ts";

type QuestionsMessage = Extract<WorkerMessage, { type: "questions" }>;

export interface Agreement {
  /** Questions that the reference was asked before. */
  readonly compared: number;
  /** Of those, how many have the reference's most likely next token. */
  readonly sameTop1: number;
}

/** Keeps one token a question: of tens of thousands of questions some MB. */
export class LiveAgreement {
  readonly #wanted: string | undefined;
  /** Label; null before the run is planned. */
  #reference: string | null = null;
  /** Most likely next token of the reference, by question set and question. */
  readonly #top1 = new Map<string, number>();

  /** @param wanted label or format that the spec names */
  constructor(wanted: string | undefined) {
    this.#wanted = wanted;
  }

  /** @param labels of the cells as planned */
  plan(labels: readonly string[]): void {
    this.#reference = referenceOf(labels, this.#wanted);
  }

  /** Takes answers in. The reference is asked first, so that the others find its tokens; of itself nothing is compared. */
  of(label: string, { setIndex, results }: QuestionsMessage): Agreement {
    let [sameTop1, compared] = [0, 0];
    for (const { tokens } of results) {
      const top1 = tokens?.topIds[0];
      if (!tokens || top1 === undefined) continue;
      const key = `${setIndex} ${tokens.questionId}`;
      if (label === this.#reference) {
        this.#top1.set(key, top1);
        continue;
      }
      const theirs = this.#top1.get(key);
      if (theirs === undefined) continue;
      compared++;
      if (theirs === top1) sameTop1++;
    }
    return { sameTop1, compared };
  }
}

/** The cell that planning took: the one that is named by label or format, else the highest precision. */
function referenceOf(labels: readonly string[], wanted: string | undefined): string | null {
  const cells = labels.flatMap((label) => {
    const [format = ""] = label.split("@");
    return isFormatId(format) ? [{ label, format }] : [];
  });
  const named = cells.find(({ label, format }) => label === wanted || format === wanted);
  return (named ?? referenceCell(cells, undefined))?.label ?? null;
}
