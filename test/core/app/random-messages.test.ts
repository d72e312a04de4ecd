import { describe, expect, it } from "vitest";
import { createRandom } from "#shared/random.ts";
import { type Reply, REQUESTS } from "#shared/api.ts";
import { ERROR_CODES } from "#shared/errors.ts";
import { answer } from "#core/app/handlers.ts";
import type { NativeShell } from "#core/app/native-shell.ts";
import { testApp } from "../../helpers/app.ts";

const MESSAGES = 10_000;

/** Names of the contract whose input has no required field: these may be accepted when the arguments happen to be none. */
const HARMLESS = new Set(
  Object.entries(REQUESTS).flatMap(([name, { input }]) => (input.safeParse({}).success ? [name] : [])),
);

/** Values that programs stumble over, and those of the contract at the wrong place. */
function hostileValue(pick: (count: number) => number, depth = 0): unknown {
  const leaves: (() => unknown)[] = [
    () => null,
    () => undefined,
    () => pick(2) === 0,
    () => [0, -1, 1e308, -0, NaN, Infinity, 2 ** 53, 0.5][pick(8)],
    () => "",
    () =>
      ["../../etc/passwd", "/etc/shadow", "C:\\Windows", "\0", "..%2f..", "file:///etc/passwd", "~", "CON"][pick(8)],
    () => ["__proto__", "constructor", "toString", "hasOwnProperty"][pick(4)],
    () => "'; DROP TABLE runs; --",
    () => "x".repeat(pick(20_000)),
    () => "\ud800".repeat(1 + pick(3)),
    () => 10n ** BigInt(pick(30)),
    () => new Date(NaN),
    () => new Map([["a", 1]]),
    () => new Uint8Array(pick(100)),
    () => Symbol.iterator,
    () => () => "called",
    () => JSON.parse('{"__proto__": {"polluted": true}}') as unknown,
    () => {
      const cycle: Record<string, unknown> = {};
      cycle.self = cycle;
      return cycle;
    },
  ];
  if (depth < 3 && pick(3) === 0) {
    return pick(2) === 0
      ? Array.from({ length: pick(5) }, () => hostileValue(pick, depth + 1))
      : hostileObject(pick, depth + 1);
  }
  return leaves[pick(leaves.length)]!();
}

const FIELDS = [
  "id",
  "path",
  "model",
  "spec",
  "limit",
  "offset",
  "name",
  "cell",
  "recipe",
  "file",
  "fileName",
  "content",
  "paths",
  "files",
];
FIELDS.push("questions", "index", "key", "value", "format", "candidate", "jobId", "place", "marginPoints", "extra");

function hostileObject(pick: (count: number) => number, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Array.from({ length: 1 + pick(4) }, () => [FIELDS[pick(FIELDS.length)]!, hostileValue(pick, depth)]),
  );
}

describe("answer", () => {
  it(`survives ${MESSAGES} random messages, lets none through, and changes nothing`, async () => {
    const asked: string[] = [];
    const dialog = (what: string) => (): Promise<null> => {
      asked.push(what);
      return Promise.resolve(null);
    };
    const shell: NativeShell = {
      pickModel: dialog("pickModel"),
      pickQuestions: dialog("pickQuestions"),
      pickRuns: () => {
        asked.push("pickRuns");
        return Promise.resolve([]);
      },
      pickTarget: dialog("pickTarget"),
      printPdf: () => Promise.reject(new Error("not in this test")),
      openFolder: () => Promise.resolve(),
    };
    const app = testApp({ shell, probe: () => Promise.reject(new Error("not in this test")) });
    const random = createRandom(20261121);
    const pick = (count: number): number => random.nextInt(count);
    const names = Object.keys(REQUESTS);
    const state = (): unknown => [
      app.runs.live(),
      app.jobs.list(),
      app.lab.db.prepare("SELECT * FROM library_models").all(),
    ];
    const before = state();

    const accepted: string[] = [];
    for (let message = 0; message < MESSAGES; message++) {
      const known = pick(8) > 0;
      const name = known ? names[pick(names.length)]! : hostileValue(pick);
      const reply: Reply = await answer(app.handlers, name, hostileValue(pick));
      if (reply.ok) accepted.push(String(name));
      else {
        expect(ERROR_CODES).toContain(reply.error.code);
        // INTERNAL would be a mistake of ours that a page can cause.
        expect(reply.error, `message ${message} to ${typeof name === "string" ? name : typeof name}`).not.toMatchObject(
          { code: "INTERNAL" },
        );
      }
    }
    // A request without arguments cannot refuse what happens to be none.
    expect(accepted.filter((name) => !HARMLESS.has(name))).toEqual([]);
    expect(asked).toEqual([]);
    expect(state()).toEqual(before);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
