/** Opens a .qsrun without trusting it: names, sizes, hashes and schemas are checked before anything of it is used. */
import { createHash } from "node:crypto";
import { strFromU8, unzipSync } from "fflate";
import { z } from "zod";
import { LabError } from "#shared/errors.ts";
import type { WholeRun } from "#core/store/write-stored-run.ts";
import { problemOf } from "./check-run.ts";
import {
  BUNDLE_VERSION,
  CONTENTS,
  MANIFEST,
  type Manifest,
  manifestSchema,
  questionsDocumentSchema,
  runDocumentSchema,
  type Annotations,
} from "./document.ts";

/** A run with what its user wrote to it. */
interface ReadBundle extends WholeRun {
  readonly user: Annotations;
}

/** Unpacked, of one entry. A run of 100,000 questions and 20 cells is below it; V8's longest text is a little above. */
const MOST_ENTRY_BYTES = 480 * 2 ** 20;

/** Runs pack about ten to one. What packs far better was made to fill the memory of whoever unpacks it. */
const MOST_RATIO = 100;
const ANY_RATIO_BYTES = 32 * 2 ** 20;

const NAMES: ReadonlySet<string> = new Set([MANIFEST, ...CONTENTS]);

/**
 * @param file its name, for messages
 * @throws LabError BUNDLE_INVALID (no zip, cut short, other or double entries, too large, hashes or fields that do not fit),
 * BUNDLE_TOO_NEW
 */
export function readBundle(bytes: Uint8Array, file: string, mostEntryBytes = MOST_ENTRY_BYTES): ReadBundle {
  const entries = unpack(bytes, file, mostEntryBytes);
  const manifest = readManifest(entries.get(MANIFEST), file);
  const content = (name: (typeof CONTENTS)[number]): unknown => {
    const entry = entries.get(name);
    if (!entry) throw invalid(file, `it has no ${name}`);
    const { bytes: length, sha256 } = manifest.files[name];
    const hash = createHash("sha256").update(entry).digest("hex");
    if (entry.length !== length || hash !== sha256) throw invalid(file, `${name} is not what was packed (SHA-256)`);
    return parseJson(entry, name, file);
  };
  const { results, facts, user } = check(runDocumentSchema, content("run.json"), "run.json", file);
  const questionSets = check(questionsDocumentSchema, content("questions.json"), "questions.json", file);
  const { run, model, questionSet, textSet, cells } = results;
  const stored = { run, model, questionSet, textSet, cells };
  if (stored.run.id !== manifest.runId) throw invalid(file, "its run is not the one that bundle.json names");
  const problem = problemOf({ stored, questionSets });
  if (problem !== null) throw invalid(file, problem);
  return { stored, questionSets, facts: facts as WholeRun["facts"], user };
}

function unpack(bytes: Uint8Array, file: string, mostEntryBytes: number): Map<string, Uint8Array> {
  const seen = new Set<string>();
  const problems: string[] = [];
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes, {
      // The sizes stand in the zip's directory, and no more than that is ever unpacked: a bomb ends here.
      filter: ({ name, size, originalSize }) => {
        if (!NAMES.has(name)) problems.push(`it holds "${name}", which no bundle has`);
        else if (seen.has(name)) problems.push(`it holds ${name} twice`);
        else if (originalSize > mostEntryBytes) problems.push(`${name} is too large (${originalSize} bytes unpacked)`);
        else if (originalSize > ANY_RATIO_BYTES && originalSize > size * MOST_RATIO)
          problems.push(`${name} unpacks from ${size} to ${originalSize} bytes, which no run does`);
        seen.add(name);
        return problems.length === 0;
      },
    });
  } catch (error) {
    throw invalid(file, `it is no zip, or was cut short (${(error as Error).message})`);
  }
  if (problems[0] !== undefined) throw invalid(file, problems[0]);
  return new Map(Object.entries(entries));
}

function readManifest(entry: Uint8Array | undefined, file: string): Manifest {
  if (!entry) throw invalid(file, `it has no ${MANIFEST}`);
  const value = parseJson(entry, MANIFEST, file);
  const version = z.object({ schemaVersion: z.number() }).safeParse(value);
  if (version.success && version.data.schemaVersion > BUNDLE_VERSION) {
    throw new LabError(
      "BUNDLE_TOO_NEW",
      `${file} was packed by a newer Quantscope (version ${version.data.schemaVersion} of bundles, this one reads ${BUNDLE_VERSION}). Update Quantscope.`,
      { file, version: version.data.schemaVersion },
    );
  }
  return check(manifestSchema, value, MANIFEST, file);
}

function parseJson(bytes: Uint8Array, name: string, file: string): unknown {
  try {
    return JSON.parse(strFromU8(bytes));
  } catch (error) {
    throw invalid(file, `${name} is not valid JSON (${(error as Error).message})`);
  }
}

function check<T>(schema: z.ZodType<T>, value: unknown, name: string, file: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw invalid(file, `${name}: ${path.join(".") || "the document"}: ${message}`);
}

function invalid(file: string, why: string): LabError {
  return new LabError("BUNDLE_INVALID", `${file} is not a bundle that can be imported: ${why}. Export the run again.`, {
    file,
  });
}
