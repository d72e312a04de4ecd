/** The interval that decides a verdict, on real answers of the bundled model; kept apart, since it brings 24,000 questions. */
import { answerChange, highOf, lowOf } from "#shared/metrics/answer-change.ts";
import { levelOfLook } from "#shared/stats/look-level.ts";
import { lettersOnly, pairedAnswers, populationOf } from "../verdict/answers.ts";
import { type Family, QUESTIONS } from "./families.ts";

/** Intervals of one candidate at the first look: the narrowest that are ever printed. The truth is the change of right answers. */
export function decisionFamilies(): Family[] {
  return (["w8", "int4", "nf4"] as const).flatMap((format) => {
    const answers = pairedAnswers(format);
    return [answers, lettersOnly(answers)].map((asked, index): Family => {
      const population = populationOf(asked);
      return {
        name: `deciding interval of ${format}${index === 0 ? "" : ", answers alone"}`,
        sizes: QUESTIONS,
        cost: "formula",
        truth: population.change,
        experiment: (n, random) => {
          const change = answerChange(population.draw(n, random))!;
          return { low: lowOf(change, levelOfLook(1)), high: highOf(change, levelOfLook(1)) };
        },
      };
    });
  });
}
