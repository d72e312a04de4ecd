/** Everything behind the contract, put together once for whichever front end shows it. */
import { homedir } from "node:os";
import { join } from "node:path";
import type { Handlers } from "#shared/api.ts";
import { FileWorker } from "#core/files/file-worker.ts";
import { questionReader, type QuestionReader } from "#core/files/question-reader.ts";
import { appRoot } from "#core/system/app-version.ts";
import type { Spawner } from "#core/runs/spawner.ts";
import { onProblem } from "#core/system/problems.ts";
import { DeletedRuns } from "./stored-runs/deleted-runs.ts";
import { Downloads } from "./files/downloads.ts";
import { Events } from "./events.ts";
import { Exports } from "./stored-runs/exports.ts";
import { MeasurementQueue } from "./runs/measurement-queue.ts";
import { createHandlers } from "./handlers.ts";
import { Imports } from "./stored-runs/imports.ts";
import { Jobs } from "./jobs.ts";
import { ModelLibrary } from "./libraries/model-library.ts";
import type { NativeShell } from "./native-shell.ts";
import type { Lab } from "./open-lab.ts";
import { PathGuard } from "./files/path-guard.ts";
import { BytePredictions } from "./experiment/predict-bytes.ts";
import { QuestionLibrary } from "./libraries/question-library.ts";
import { type Executor, RunManager } from "./runs/run-manager.ts";
import { type ReaderSpawner, RunReader } from "./stored-runs/run-reader.ts";
import { StoreWatch } from "./store-watch.ts";
import { SystemInfo } from "./system-info.ts";
import { TrendKeeper } from "./stored-runs/trend-keeper.ts";
import type { probeProviders } from "#core/system/provider-probe.ts";

export interface AppOptions {
  readonly lab: Lab;
  readonly transport: "electron" | "host";
  /** Starts the children that measure, and the one that reads files from elsewhere. */
  readonly spawner: Spawner;
  /** Starts the child that reads stored runs. */
  readonly reader: ReaderSpawner;
  /** Native dialogs; null where there are none. */
  readonly shell: NativeShell | null;
  /** Beside node's and ONNX Runtime's. */
  readonly versions?: Readonly<Record<string, string>>;
  /** Others than the real ones, in tests. */
  readonly executor?: Executor;
  readonly probe?: typeof probeProviders;
}

/** The parts that handlers work with. */
export interface AppParts {
  readonly options: AppOptions;
  readonly lab: Lab;
  readonly events: Events;
  readonly paths: PathGuard;
  /** Folders that were added. */
  readonly folders: () => string[];
  readonly models: ModelLibrary;
  readonly questions: QuestionLibrary;
  readonly files: FileWorker;
  readonly readQuestions: QuestionReader;
  readonly sizes: BytePredictions;
  readonly runs: RunManager;
  readonly stored: RunReader;
  readonly downloads: Downloads;
  readonly exports: Exports;
  readonly imports: Imports;
  readonly deleted: DeletedRuns;
  readonly trends: TrendKeeper;
  readonly jobs: Jobs;
  readonly system: SystemInfo;
}

export interface LabApp extends Pick<AppParts, "events" | "paths" | "runs" | "jobs" | "downloads"> {
  readonly handlers: Handlers;
  /** What a quit would stop, in words; null when nothing goes on. */
  busy(): string | null;
  /** Stops what goes on, and waits until it is stored. The lab itself stays open. */
  close(): Promise<void>;
}

export function createApp(options: AppOptions): LabApp {
  const { lab, spawner, reader, executor, probe } = options;
  const events = new Events();
  const stopTelling = onProblem((problem) => {
    events.emit("problem.noted", problem);
  });
  const queue = new MeasurementQueue();
  const models = new ModelLibrary(lab.db);
  const files = new FileWorker(spawner);
  const readQuestions = questionReader(files);
  const questions = new QuestionLibrary(lab.db, join(lab.home, "questions"), readQuestions);
  const folders = (): string[] => [...models.folders(), ...questions.folders()];
  const paths = new PathGuard(() => [homedir(), lab.home, join(appRoot(), "resources"), ...folders()]);
  const runs = new RunManager({ lab, queue, events, spawner, ...(executor && { executor }) });
  const jobs = new Jobs(queue, events);
  const stored = new RunReader(lab.db.name, reader, undefined, lab.readOnly !== null);
  const downloads = new Downloads(lab.exportsDir);
  const system = new SystemInfo({ lab, queue, events, spawner, ...(probe && { probe }) });
  const trends = new TrendKeeper(lab.db, queue, events, lab.readOnly !== null);
  const deleted = new DeletedRuns(lab, queue);
  const watch = new StoreWatch(lab.db, events);
  const imports = new Imports({ queue, paths, stored, events });
  const handlers = createHandlers({
    options,
    lab,
    events,
    paths,
    folders,
    models,
    questions,
    files,
    readQuestions,
    sizes: new BytePredictions(),
    runs,
    stored,
    downloads,
    exports: new Exports({ lab, shell: options.shell, stored, downloads }),
    imports,
    deleted,
    trends,
    jobs,
    system,
  });
  return {
    handlers,
    events,
    paths,
    runs,
    jobs,
    downloads,
    busy: () => {
      if (runs.busy) return "a run is being measured";
      if (jobs.busy) return "a variant is being made";
      return imports.busy ? "runs are being imported" : null;
    },
    close: async () => {
      stopTelling();
      watch.close();
      deleted.close();
      trends.close();
      downloads.close();
      await Promise.all([runs.close(), jobs.close(), system.close(), stored.close(), files.close()]);
    },
  };
}
