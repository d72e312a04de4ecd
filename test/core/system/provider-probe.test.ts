import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROBE_FORMATS, probeReportSchema, type ProbeReport } from "#shared/providers/probe.ts";
import { PROVIDER_IDS, PROVIDERS, type ProviderId } from "#shared/providers/providers.ts";
import { forkSpawner, type Spawner } from "#core/runs/spawner.ts";
import { libraryFolder, missingLibraries } from "#core/system/onnxruntime-files.ts";
import { probeProviders } from "#core/system/provider-probe.ts";
import { scratchDir, WORKER } from "../../helpers/lab.ts";

interface Probing {
  readonly spawner?: Spawner;
  readonly temporaryDir?: string;
  readonly onProvider?: (id: ProviderId) => void;
}

const probe = ({ spawner = forkSpawner(WORKER), temporaryDir = scratchDir(), ...rest }: Probing = {}) =>
  probeProviders({ spawner, temporaryDir, signal: new AbortController().signal, ...rest });

const platform = `${process.platform}-${process.arch}`;
const found = ({ providers }: ReportLike, id: ProviderId) => providers.find(({ provider }) => provider === id)!;
type ReportLike = Pick<ProbeReport, "providers">;

describe("probeProviders", () => {
  it("runs every format on the CPU, all nodes there, with right numbers", async () => {
    const tried: ProviderId[] = [];
    const report = await probe({ onProvider: (id) => tried.push(id) });
    expect(probeReportSchema.parse(report)).toEqual(report);
    expect(report.providers.map(({ provider }) => provider)).toEqual(PROVIDER_IDS);
    expect(tried[0]).toBe("cpu");

    const { usable, reason, squares } = found(report, "cpu");
    expect({ usable, reason }).toEqual({ usable: true, reason: null });
    expect(squares.map(({ format }) => format)).toEqual(PROBE_FORMATS);
    expect(squares.filter(({ status }) => status !== "works")).toEqual([]);
    for (const square of squares) expect(Object.keys(square.placement)).toEqual(["CPUExecutionProvider"]);
    // Fewer bits, more error: the files really hold what their names say.
    const error = (format: string): number => squares.find((each) => each.format === format)!.relativeError!;
    expect(error("fp32")).toBe(0);
    expect(error("fp16")).toBeGreaterThan(0);
    expect(error("w8")).toBeGreaterThan(error("fp16"));
    expect(error("int4")).toBeGreaterThan(error("w8"));
    expect(error("fp4")).toBeGreaterThan(error("nf4"));
  });

  it("says of every provider what it is, without trying those that cannot be here", async () => {
    const tried: ProviderId[] = [];
    const report = await probe({ onProvider: (id) => tried.push(id) });
    for (const { provider, usable, reason, remedy, squares } of report.providers) {
      const { platforms } = PROVIDERS[provider];
      if (!platforms.includes(platform)) {
        expect(tried).not.toContain(provider);
        expect(squares.every(({ status }) => status === "not on this platform")).toBe(true);
        expect(reason).toContain(platform);
      } else if (missingLibraries(provider).length > 0) {
        expect(tried).not.toContain(provider);
        expect(squares.every(({ status }) => status === "missing library")).toBe(true);
        expect({ reason, remedy }).toEqual({
          reason: expect.stringContaining(missingLibraries(provider)[0]!) as string,
          remedy: PROVIDERS[provider].remedy,
        });
      } else {
        expect(tried).toContain(provider);
        expect(usable || reason !== null || squares.every((square) => square.reason !== null)).toBe(true);
      }
    }
    expect(libraryFolder()).toContain(process.arch);
  });

  it("leaves no file behind", async () => {
    const temporaryDir = join(scratchDir(), "temp");
    let made: string[] = [];
    const spawner: Spawner = {
      launcher: "none",
      start: () => {
        made = readdirSync(temporaryDir);
        throw new Error("no more processes");
      },
    };
    await expect(probe({ spawner, temporaryDir })).rejects.toThrow("no more processes");
    expect(made).toHaveLength(1);
    expect(readdirSync(temporaryDir)).toEqual([]);
  });

  it("has no reference, and says why, when the CPU itself crashes", async () => {
    const crashing: Spawner = {
      launcher: "fake",
      start: () => ({
        pid: undefined,
        send: () => undefined,
        onMessage: () => undefined,
        onExit: (listener) => {
          listener({ code: null, signal: "SIGILL", stderr: "" });
        },
        kill: () => undefined,
      }),
    };
    await expect(probe({ spawner: crashing })).rejects.toMatchObject({
      code: "INTERNAL",
      message: expect.stringContaining("SIGILL") as string,
    });
  });
});
