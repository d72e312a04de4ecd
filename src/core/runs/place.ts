/**
 * One program measures at a time on a machine, whatever its data folder: two disturb each other's numbers. Each says so in a file
 * of the user's runtime folder while it measures. A file of a process that is gone counts for nothing.
 */
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { LabError } from "#shared/errors.ts";
import type { Db } from "#core/store/database.ts";
import { runElsewhere } from "#core/store/run-owner.ts";
import { isRunning, thisProcess } from "#core/system/process-identity.ts";
import { namesIn, removeEmpty } from "#core/system/temporary.ts";

export interface PlaceWanted {
  readonly db: Db;
  /** Data folder. */
  readonly home: string;
  /** Name of the run. */
  readonly run: string;
  /** A part of a run that is measured in several (--shard): those may be measured side by side. */
  readonly part: boolean;
  /** Beside whatever is measured. */
  readonly alongside: boolean;
}

/** While it is held, others are refused. */
export interface Place extends Disposable {
  /** Programs that have measured at the same time so far, in words; null for "nobody can tell", since the folder cannot be used. */
  beside(): readonly string[] | null;
}

const claimSchema = z.object({
  pid: z.number().int().positive(),
  start: z.string().nullable(),
  home: z.string(),
  run: z.string(),
  part: z.boolean(),
});

type Claim = z.output<typeof claimSchema> & { readonly settled: boolean };

/** Two that ask at the same moment: who has the greater number leaves, and the other one looks again after this. */
const AGAIN_MS = 20;
const MOST_LOOKS = 100;
const MOST_TRIES = 5;

/**
 * @param folder another one than the user's, in tests
 * @throws LabError RUN_BUSY naming the program that measures
 */
export async function takePlace(wanted: PlaceWanted, folder = runtimeFolder()): Promise<Place> {
  const { db, home, run, part, alongside } = wanted;
  // A program that could not, or does not, say so in the folder is still seen in the store that both write to.
  const other = alongside || part ? null : runElsewhere(db);
  if (other) throw measuredBy({ ...other, run: other.name, home }, { id: other.id });
  const mine = { ...thisProcess(), home, run, part };
  const asking = join(folder, `${mine.pid}.asking`);
  const measuring = join(folder, `${mine.pid}.measuring`);
  if (!say(folder, asking, mine)) return { beside: () => null, [Symbol.dispose]: () => undefined };
  try {
    for (let looks = 0; ; looks++) {
      const rivals = alongside ? [] : claims(folder).filter((other) => !(part && other.part));
      const first = rivals.find(({ settled, pid }) => settled || pid < mine.pid) ?? (looks >= MOST_LOOKS && rivals[0]);
      if (first) throw measuredBy(first);
      if (rivals.length === 0) break;
      await sleep(AGAIN_MS);
    }
    renameSync(asking, measuring);
  } catch (error) {
    rmSync(asking, { force: true });
    removeEmpty(folder);
    throw error;
  }
  const seen = new Set<string>();
  return {
    beside: () => {
      for (const other of claims(folder)) if (other.settled) seen.add(`the run "${other.run}" (process ${other.pid})`);
      return [...seen];
    },
    [Symbol.dispose]: () => {
      rmSync(measuring, { force: true });
      removeEmpty(folder);
    },
  };
}

/** False where the folder cannot be used. */
function say(folder: string, file: string, claim: Omit<Claim, "settled">): boolean {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    try {
      makeOwn(folder);
      writeFileSync(`${file}~`, JSON.stringify(claim), { mode: 0o600 });
      renameSync(`${file}~`, file);
      return true;
    } catch (error) {
      // The last one to leave has removed the folder just now.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") return false;
    }
  }
  return false;
}

function measuredBy({ pid, home, run }: Pick<Claim, "pid" | "home" | "run">, details = {}): LabError {
  return new LabError(
    "RUN_BUSY",
    `Another Quantscope (process ${pid}, data folder ${home}) is measuring the run "${run}" on this machine, and two at once ` +
      "would disturb each other's numbers. Start again when it has ended, stop it there, or measure beside it: quantscope run --alongside.",
    { ...details, processId: pid, home },
  );
}

/** Of other processes that run. */
function claims(folder: string): Claim[] {
  for (let tries = 1; ; tries++) {
    const found = namesIn(folder)
      .filter((name) => /^\d+\.(asking|measuring)$/.test(name))
      .map((name) => ({ name, file: join(folder, name), claim: readClaim(join(folder, name)) }));
    // One that went on from asking to measuring since the names were read has another name now: look again.
    const moved = found.some(({ file, claim }) => claim === null && !existsSync(file));
    if (moved && tries < MOST_TRIES) continue;
    return found.flatMap(({ name, file, claim }) => {
      if (claim?.pid === process.pid) return [];
      if (claim && isRunning(claim)) return [{ ...claim, settled: name.endsWith(".measuring") }];
      rmSync(file, { force: true });
      return [];
    });
  }
}

function readClaim(file: string): z.output<typeof claimSchema> | null {
  try {
    return claimSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null; // It is gone, or no file of ours.
  }
}

/** The same for every program of the user on this machine: QUANTSCOPE_RUNTIME_DIR, else the system's folder for such files. */
function runtimeFolder(): string {
  const { QUANTSCOPE_RUNTIME_DIR: given, XDG_RUNTIME_DIR: session } = process.env;
  const user = process.getuid?.() ?? null;
  const system = process.platform === "linux" && existsSync(`/run/user/${user}`) ? `/run/user/${user}` : tmpdir();
  const parent = [given, session].find((folder) => folder !== undefined && folder !== "") ?? system;
  return join(parent, user === null ? "quantscope" : `quantscope-${user}`);
}

/** A folder of the temporary folder that another user made could be changed by that user at any moment. */
function makeOwn(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(folder);
  if (process.getuid && (uid !== process.getuid() || (mode & 0o022) !== 0))
    throw new Error(`${folder} is another user's`);
}
