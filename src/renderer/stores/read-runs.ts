import type { RequestOutput, RunSummary } from "#shared/api.ts";
import type { Lab } from "./bridge.ts";

const PAGE = 200;

/** At least the newest `wanted` runs, or all where there are fewer. */
export async function readRuns(lab: Pick<Lab, "request">, wanted: number): Promise<RequestOutput<"runs.list">> {
  // By id: a run that starts between two pages moves the last one of a page to the next.
  const runs = new Map<string, RunSummary>();
  for (let offset = 0; ; offset += PAGE) {
    const page = await lab.request("runs.list", { limit: PAGE, offset });
    for (const run of page.runs) runs.set(run.id, run);
    if (page.runs.length < PAGE || runs.size >= wanted) return { runs: [...runs.values()], total: page.total };
  }
}
