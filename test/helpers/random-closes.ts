/** Readers of stored runs that are closed at random moments after they were asked: what became of them. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { toEnvelope } from "#shared/errors.ts";
import { createRandom } from "#shared/random.ts";
import { isAlive } from "#core/app/open-lab.ts";
import { type ReaderSpawner, RunReader } from "#core/app/stored-runs/run-reader.ts";

interface RandomCloses {
  /** With quantscope.db, in which there is a run "a". */
  readonly home: string;
  readonly spawner: ReaderSpawner;
  readonly closes: number;
  readonly seed: number;
  /** The latest moment, from the request. */
  readonly latestMs: number;
}

export interface ClosesReport {
  /** Requests that were answered before the close. */
  readonly answered: number;
  /** Those that the close refused. */
  readonly refused: number;
  /** Whatever else they ended with: none. */
  readonly others: readonly string[];
  /** Children that were there after their reader was closed: none. */
  readonly left: number;
}

/** One reader at a time; half of the requests read, half write a file. */
export async function closeAtRandom({ home, spawner, closes, seed, latestMs }: RandomCloses): Promise<ClosesReport> {
  const random = createRandom(seed);
  const pids: number[] = [];
  const start: ReaderSpawner["start"] = (job) => {
    const child = spawner.start(job);
    pids.push(child.pid!);
    return child;
  };
  const others: string[] = [];
  let [answered, refused, left] = [0, 0, 0];
  const path = join(home, "report.html");
  for (let close = 0; close < closes; close++) {
    const reader = new RunReader(join(home, "quantscope.db"), { launcher: spawner.launcher, start });
    const asked =
      close % 2 === 0
        ? reader.ask("runs.get", { id: "a" })
        : reader.run("writeExport", { ids: ["a"], format: "html", path });
    const ended = asked.then(
      () => answered++,
      (error: unknown) => {
        const { code, message } = toEnvelope(error);
        if (code === "CANCELLED") refused++;
        else others.push(message);
      },
    );
    await sleep(random.nextFloat() * latestMs);
    await reader.close();
    await ended;
    left += pids.splice(0).filter(isAlive).length;
  }
  rmSync(path, { force: true });
  return { answered, refused, others, left };
}

/** Milliseconds from a reader's start to its first answer: the median of five. */
export async function firstAnswerMs(home: string, spawner: ReaderSpawner): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < 5; time++) {
    const reader = new RunReader(join(home, "quantscope.db"), spawner);
    const begun = performance.now();
    await reader.ask("runs.get", { id: "a" });
    times.push(performance.now() - begun);
    await reader.close();
  }
  return times.sort((a, b) => a - b)[2]!;
}
