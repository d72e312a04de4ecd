/** This machine and this data folder, and what was found to work here. */
import { readdir, stat, statfs } from "node:fs/promises";
import { freemem } from "node:os";
import { join } from "node:path";
import type { SystemSnapshot } from "#shared/api.ts";
import { toEnvelope } from "#shared/errors.ts";
import { type ProbeReport, probeReportSchema } from "#shared/providers/probe.ts";
import type { Environment } from "#shared/results.ts";
import { keep, readKept } from "#core/store/library.ts";
import { readEnvironment } from "#core/system/environment.ts";
import { probeProviders } from "#core/system/provider-probe.ts";
import type { Spawner } from "#core/runs/spawner.ts";
import type { Events } from "./events.ts";
import type { MeasurementQueue } from "./runs/measurement-queue.ts";
import type { Lab } from "./open-lab.ts";

const PROBE_KEY = "probe";

interface SystemInfoOptions {
  readonly lab: Lab;
  readonly queue: MeasurementQueue;
  readonly events: Events;
  readonly spawner: Spawner;
  readonly probe?: typeof probeProviders;
}

export class SystemInfo {
  readonly #options: SystemInfoOptions;
  readonly #controller = new AbortController();
  #environment: Promise<Environment> | null = null;
  #probing: Promise<void> | null = null;
  #probeError: string | null = null;

  constructor(options: SystemInfoOptions) {
    this.#options = options;
  }

  /** Read once: what of it changes while the program runs (a driver) asks for a new start anyway. */
  environment(): Promise<Environment> {
    this.#environment ??= readEnvironment(this.#options.spawner.launcher);
    return this.#environment;
  }

  /** Null before the first probe, and where another version of Quantscope wrote it. */
  probeReport(): ProbeReport | null {
    const text = readKept(this.#options.lab.db, PROBE_KEY);
    if (text === null) return null;
    const parsed = probeReportSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  }

  async snapshot(): Promise<SystemSnapshot> {
    const { lab } = this.#options;
    const [environment, homeBytes, variantBytes, disk] = await Promise.all([
      this.environment(),
      folderBytes(lab.home),
      folderBytes(lab.variantsDir),
      statfs(lab.home).catch(() => null),
    ]);
    return {
      environment,
      home: lab.home,
      homeBytes,
      variantBytes,
      diskFreeBytes: disk === null ? null : disk.bavail * disk.bsize,
      memoryFreeBytes: freemem(),
      providers: this.probeReport(),
      probing: this.#probing !== null,
      probeError: this.#probeError,
    };
  }

  /** Starts a probe unless one is on its way. It waits for a run that measures. */
  probe(): void {
    this.#probing ??= this.#probe();
  }

  async close(): Promise<void> {
    this.#controller.abort();
    await this.#probing;
  }

  async #probe(): Promise<void> {
    const { lab, queue, events, spawner, probe = probeProviders } = this.#options;
    const { signal } = this.#controller;
    try {
      const { temporaryDir } = lab;
      const report = await queue.pass("probing providers", signal, () => probe({ spawner, signal, temporaryDir }));
      keep(lab.db, PROBE_KEY, JSON.stringify(report));
      this.#probeError = null;
    } catch (error) {
      this.#probeError = signal.aborted ? null : toEnvelope(error).message;
    }
    this.#probing = null;
    if (!signal.aborted) events.emit("system.changed", {});
  }
}

/** Of all files below it; what goes away meanwhile counts nothing. */
async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  let sum = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const found = await stat(join(entry.parentPath, entry.name)).catch(() => null);
    sum += found?.size ?? 0;
  }
  return sum;
}
