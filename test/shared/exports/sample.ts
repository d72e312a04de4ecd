/** A small run with something for every report, and names that want to be more than names. */
import { buildResults } from "#shared/verdict/build-results.ts";
import type { ExportedQuestion } from "#shared/exports/questions-jsonl.ts";
import { joinDecode } from "#shared/compare/join-launches.ts";
import { joinReplays } from "#shared/compare/join-replays.ts";
import type { CellResult, Results } from "#shared/results.ts";
import { benchmark, cell, flipping, forwardLaunch, launched, MIB, stored, tokens } from "../compare/cells.ts";
import { decodeLaunch, generation, replayLaunch, textChunk } from "../../core/store/sample-run.ts";

export const HOSTILE = `=cmd|'/c calc'!A1 <img src=x onerror="alert(1)"> & "quoted", | pipe`;

function measured(label: string, factor: number, answers: ReturnType<typeof flipping>[number]): CellResult {
  const launches = [1, 8].flatMap((batch) =>
    Array.from({ length: 2 }, (_, index) =>
      forwardLaunch(batch, batch * 10 * factor, 100 * factor + batch, {
        launch: index + 1,
        latencyMs: [batch * 10 * factor, batch * 10 * factor + 0.125 * (index + 1), batch * 10.5 * factor],
        computeMs: [batch * 9 * factor],
        warmupMs: [],
      }),
    ),
  );
  const generations = [generation("p1", { text: factor === 1 ? "one two" : `${HOSTILE}\r\nthree` })];
  return cell(label, {
    bytes: Math.round(400 * MIB * factor),
    launches: [
      {
        kind: "timing",
        launch: 1,
        batchSize: null,
        order: 0,
        status: "done",
        startedAt: "2026-11-21T07:00:00.000Z",
        elapsedMs: 500,
        loadMs: 100 * factor,
        memory: { baseBytes: 90e6, loadPeakBytes: 4e8, steadyBytes: 3e8, source: "VmHWM" },
        canaryDrift: 0.01,
      },
    ],
    forward: [1, 8].map((batch) => launched(launches.filter(({ batchSize }) => batchSize === batch))),
    decode: joinDecode([
      decodeLaunch("user", { batchSize: 1, depth: 0, promptTokens: 16, interTokenMs: [8 * factor, 9 * factor] }),
      decodeLaunch("compute", { batchSize: 1, depth: 0, promptTokens: 16, interTokenMs: [5 * factor, 5 * factor] }),
    ]),
    tokens: tokens(answers.map((_, index) => (factor === 1 ? [1, 2, index + 3] : [1, index + 3, 2]))),
    texts: [textChunk(0)],
    benchmark: [
      benchmark(
        answers.map((answer) => ({
          ...answer,
          choiceLogprobs: [-0.5, -1.25, -2, -3.5].map((value) => value * factor),
        })),
      ),
    ],
    generations,
    replays: joinReplays(
      [1, 2].map((launch) =>
        replayLaunch("texts", launch, {
          items: [
            {
              ...{ id: "p1", promptTokens: 5, tokens: 3, words: 2 },
              promptMs: [10 * factor, 11 * factor],
              stepMs: [2, 3, 2.5, 3.5].map((ms) => ms * factor * launch),
            },
          ],
        }),
      ),
      { benchmark: [], generations },
    ),
    wordsBasis: "replayed",
  });
}

export function sampleResults(): Results {
  const [before, after] = flipping(12, 2, 1);
  const run = stored([measured("fp32@cpu", 1, before), measured("int4@cpu", 0.5, after)], {
    name: HOSTILE,
    passes: { forward: {}, tokens: { questions: "q.csv" }, benchmark: { questions: "q.csv" } },
  });
  return buildResults({
    ...run,
    run: { ...run.run, name: HOSTILE },
    model: { ...run.model, name: "-model" },
    questionSet: { ...run.questionSet!, count: 12, asked: 12 },
  });
}

export const sampleQuestions: ReadonlyMap<string, ExportedQuestion> = new Map(
  Array.from({ length: 12 }, (_, index) => {
    const id = `q${index + 1}`;
    const question = `Wie viel ist ${index} + 1? 🙂\u2028`;
    return [id, { id, subject: "física", question, choices: ["α", "b,c", "", "δ"], answer: 0 }] as const;
  }),
);
