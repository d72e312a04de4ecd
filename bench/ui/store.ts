/** The built host over a store with many runs: what it takes of memory, and how long a page of its list takes. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { WebSocket } from "ws";
import type { HostProcess } from "../../test/helpers/host-process.ts";
import { seedRuns } from "../../test/helpers/seed-runs.ts";

const MODELS = ["demo", "SmolLM2-135M-Instruct", "Qwen3-0.6B", "Llama-3.2-1B-Instruct"];
const DAY_MS = 86_400_000;

/** Runs of four cells, an hour apart, most of them done. */
export function fillStore(home: string, count: number): void {
  const from = Date.now() - count * (DAY_MS / 24);
  seedRuns(
    home,
    Array.from({ length: count }, (_, index) => ({
      id: `run-${index}`,
      name: `night ${index}`,
      model: MODELS[index % MODELS.length]!,
      status: index % 20 === 0 ? "failed" : "done",
      cells: 4,
      startedAt: new Date(from + (index * DAY_MS) / 24).toISOString(),
    })),
  );
}

/** Reads the resident memory of a process on Linux; null elsewhere. */
export function residentBytes(pid: number): number | null {
  if (process.platform !== "linux") return null;
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return kib === undefined ? null : 1024 * Number(kib);
}

/** Asks the host as a page does; gives each answer's time in ms, the first left out. */
export async function timeRequests(
  host: HostProcess,
  inputs: readonly { readonly limit: number; readonly offset: number }[],
  repetitions: number,
): Promise<number[][]> {
  const url = new URL(await host.url());
  const { headers } = await fetch(url, { redirect: "manual" });
  const cookie = headers.get("set-cookie")!.split(";")[0]!;
  const socket = new WebSocket(`ws://${url.host}/`, { headers: { cookie }, origin: url.origin });
  await once(socket, "open");
  const times = inputs.map((): number[] => []);
  for (let id = 0; id <= repetitions; id++) {
    // In turns, so that whatever else the machine does hits all alike.
    for (const [place, input] of inputs.entries()) {
      const startedMs = performance.now();
      socket.send(JSON.stringify({ id, name: "runs.list", input }));
      const [data] = (await once(socket, "message")) as [Buffer];
      const elapsedMs = performance.now() - startedMs;
      const { reply } = JSON.parse(data.toString()) as { reply: { ok: boolean } };
      if (!reply.ok) throw new Error(data.toString());
      if (id > 0) times[place]!.push(elapsedMs);
    }
  }
  socket.terminate();
  return times;
}
