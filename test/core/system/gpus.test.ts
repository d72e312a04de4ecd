import { describe, expect, it } from "vitest";
import { type Controller, readGpus } from "#core/system/gpus.ts";

const controller = (change: Partial<Controller>): Controller => ({
  vendor: "Advanced Micro Devices, Inc. [AMD/ATI]",
  model: "Navi 31 [Radeon RX 7900 XTX]",
  vram: null,
  vramDynamic: false,
  ...change,
});
const none = (): Promise<Controller[]> => Promise.resolve([]);

describe("readGpus", () => {
  it("asks nvidia-smi for the columns that it reads", async () => {
    const asked: string[][] = [];
    await readGpus((args) => {
      asked.push([...args]);
      return Promise.resolve("");
    }, none);
    expect(asked).toEqual([["--query-gpu=name,driver_version,memory.total"]]);
  });

  it("lists NVIDIA's GPUs once, by their driver, and others by the system", async () => {
    const gpus = await readGpus(
      () => Promise.resolve("NVIDIA RTX A2000, 551.61, 6138\n"),
      () =>
        Promise.resolve([
          controller({ vendor: "NVIDIA", model: "NVIDIA RTX A2000", vram: 4096 }),
          controller({
            vendor: "Intel Corporation",
            model: "Intel(R) Iris(R) Xe",
            driverVersion: "31.0.1",
            vram: 128,
            vramDynamic: true,
          }),
        ]),
    );
    expect(gpus).toEqual([
      { name: "NVIDIA RTX A2000", driver: "551.61", memoryBytes: 6138 * 2 ** 20 },
      { name: "Intel(R) Iris(R) Xe", driver: "31.0.1", memoryBytes: null },
    ]);
  });

  it("takes the system's word for an NVIDIA GPU without NVIDIA's tool", async () => {
    const nouveau = controller({ vendor: "NVIDIA Corporation", model: "GM107", vram: 2048 });
    expect(
      await readGpus(
        () => Promise.resolve(null),
        () => Promise.resolve([nouveau]),
      ),
    ).toEqual([{ name: "NVIDIA Corporation GM107", driver: null, memoryBytes: 2 ** 31 }]);
  });

  it("has none where neither knows any", async () => {
    expect(await readGpus(() => Promise.resolve(null), none)).toEqual([]);
    expect(
      await readGpus(
        () => Promise.resolve("No devices were found"),
        () => Promise.resolve([controller({ model: "" })]),
      ),
    ).toEqual([]);
  });
});
