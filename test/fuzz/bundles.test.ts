import { createHash } from "node:crypto";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { buildResults } from "#shared/verdict/build-results.ts";
import { LabError, toEnvelope } from "#shared/errors.ts";
import { exportBundle } from "#core/bundles/export-bundle.ts";
import { importBundle } from "#core/bundles/import-bundle.ts";
import { type Db, openDatabase } from "#core/store/database.ts";
import { readRun } from "#core/store/read-run.ts";
import { setRunStatus } from "#core/store/write-run.ts";
import { everything, FUZZ_TIMEOUT_MS } from "../helpers/fuzz.ts";
import { fullRun, store } from "../core/store/open-store.ts";

interface Contents {
  readonly run: { results: { run: Record<string, unknown>; cells: Record<string, unknown>[] } };
  readonly questions: unknown;
}

function source(): Uint8Array {
  const db = openDatabase(":memory:");
  fullRun(db, "r");
  setRunStatus(db, "r", "done", "2026-11-21T08:00:00.000Z");
  return exportBundle(db, "r").content;
}

const ENTRIES = unzipSync(source());
const parsed = (name: string): unknown => JSON.parse(strFromU8(ENTRIES[name]!));
const CONTENTS = { run: parsed("run.json"), questions: parsed("questions.json") } as Contents;

const idOf = (run: unknown): unknown =>
  (run as { results?: { run?: { id?: unknown } | null } | null } | null)?.results?.run?.id ?? "r";

/** A bundle of these contents whose sizes and hashes fit, so that only what they say can be wrong. */
function bundleOf({ run, questions }: Contents): Uint8Array {
  const files = { "run.json": strToU8(JSON.stringify(run)), "questions.json": strToU8(JSON.stringify(questions)) };
  const described = Object.entries(files).map(([name, bytes]) => [
    name,
    { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") },
  ]);
  const manifest = {
    ...(parsed("bundle.json") as object),
    runId: idOf(run),
    files: Object.fromEntries(described) as object,
  };
  return zipSync({ ...files, "bundle.json": strToU8(JSON.stringify(manifest)) }, { level: 0 });
}

/** Imports into an empty store; the error, if there is one. What was imported can be read and compared. */
function use(contents: Contents, db: Db): unknown {
  try {
    const { runId } = importBundle(db, bundleOf(contents), "r.qsrun");
    buildResults(readRun(db, runId));
    return null;
  } catch (error) {
    return error;
  } finally {
    db.exec("DELETE FROM runs; DELETE FROM questions; DELETE FROM question_sets");
  }
}

interface Place {
  readonly path: string;
  readonly value: unknown;
  readonly put: (value: unknown) => void;
}

/** Every value below `root`, with a way to put another in its place. */
function* places(root: unknown, path: string): Generator<Place> {
  if (typeof root !== "object" || root === null) return;
  for (const [key, value] of Object.entries(root)) {
    const put = (next: unknown): void => {
      (root as Record<string, unknown>)[key] = next;
    };
    yield { path: `${path}.${key}`, value, put };
    yield* places(value, `${path}.${key}`);
  }
}

/** One kind of change, made in every place where it makes sense, one after the other. */
function foreignErrors(change: (value: unknown) => unknown): string[] {
  const db = store();
  const contents = structuredClone(CONTENTS);
  const found: string[] = [];
  const fitting = [...places(contents, "")].filter(({ value }) => change(value) !== undefined);
  // In the suite some of them, spread over all.
  const step = everything ? 1 : Math.ceil(fitting.length / 50);
  for (const { path, value, put } of fitting.filter((_, index) => index % step === 0)) {
    const next = change(value);
    put(next);
    const error = use(contents, db);
    if (error !== null && !(error instanceof LabError && error.code === "BUNDLE_INVALID")) {
      found.push(`${path}: ${toEnvelope(error).code}: ${(error as Error).stack}`);
    }
    put(value);
  }
  return found;
}

describe("a bundle whose hashes fit", () => {
  it("is taken as it is", () => {
    expect(use(structuredClone(CONTENTS), store())).toBeNull();
  });

  it.each<[string, (value: unknown) => unknown]>([
    [
      "any row twice",
      (value) => (Array.isArray(value) && value.length > 0 ? [...(value as unknown[]), value[0]] : undefined),
    ],
    ["any list empty", (value) => (Array.isArray(value) ? [] : undefined)],
    ["a fraction in place of any number", (value) => (typeof value === "number" ? value + 0.5 : undefined)],
    ["any number beyond what can be stored", (value) => (typeof value === "number" ? 1e300 : undefined)],
    ["any number below zero", (value) => (typeof value === "number" ? -1 - value : undefined)],
    ["any number a little below zero", (value) => (typeof value === "number" && value !== 0 ? -value : undefined)],
    ["any text empty", (value) => (typeof value === "string" ? "" : undefined)],
    ["any text that steers", (value) => (typeof value === "string" ? "\u001b[2J\u202e../\0" : undefined)],
    ["null in place of anything", () => null],
    ["another type in place of anything", (value) => (typeof value === "string" ? 7 : "x")],
  ])(
    "with %s is taken, or refused as a bundle, by name",
    (_what, change) => {
      expect(foreignErrors(change)).toEqual([]);
    },
    FUZZ_TIMEOUT_MS,
  );

  const withRun = (change: object): Contents => {
    const { run, questions } = structuredClone(CONTENTS);
    Object.assign(run.results.run, change);
    return { run, questions };
  };

  it.each([
    "",
    "..",
    "../../evil",
    "a/b",
    "a\\b",
    "/etc/passwd",
    ".hidden",
    "a:b",
    "a\0",
    "a\nb",
    "x".repeat(65),
    "\u202er",
    "a b",
  ])("with the run id %j is refused, with the rule", (id) => {
    expect(use(withRun({ id }), store())).toMatchObject({
      code: "BUNDLE_INVALID",
      message: expect.stringMatching(/run\.id .* is no run id \(1 to 64 letters/) as string,
    });
  });

  it("with a start that is no date is refused", () => {
    expect(use(withRun({ startedAt: "yesterday" }), store())).toMatchObject({
      code: "BUNDLE_INVALID",
      message: expect.stringContaining('run.startedAt: "yesterday" is no date') as string,
    });
  });

  it("with a row twice is refused, with the row", () => {
    const { run, questions } = structuredClone(CONTENTS);
    const [cell] = run.results.cells as { tokens: unknown[] }[];
    cell!.tokens.push(cell!.tokens[0]);
    expect(use({ run, questions }, store())).toMatchObject({
      code: "BUNDLE_INVALID",
      message: expect.stringMatching(/two of the token rows of "fp32@cpu#1" are/) as string,
    });
  });
});
