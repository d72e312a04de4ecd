import type { Handlers } from "#shared/api.ts";
import type { benchRequests } from "#shared/api/bench.ts";
import { defaultThreads } from "#core/system/environment.ts";
import type { AppParts } from "../app.ts";
import { planBench } from "../experiment/experiment-plan.ts";
import { resolvePageSpec } from "../experiment/page-spec.ts";

export function benchHandlers(parts: AppParts): Pick<Handlers, keyof typeof benchRequests> {
  const { lab, models, readQuestions, sizes, system } = parts;
  return {
    "bench.plan": async ({ spec: input }) => {
      // A page that was just opened has chosen nothing; the schema of a spec that is run wants a cell.
      const nothingChosen = Array.isArray(input.cells) && input.cells.length === 0;
      const asked = nothingChosen ? { ...input, cells: [{ format: "fp32" as const }] } : input;
      const { spec, model: found } = resolvePageSpec(asked, parts);
      const { model } = models.open(found.name);
      const { machineId } = await system.environment();
      return planBench({
        db: lab.db,
        variantsDir: lab.variantsDir,
        name: found.name,
        model,
        spec: nothingChosen ? { ...spec, cells: [] } : spec,
        machineId,
        threads: await defaultThreads(),
        probe: system.probeReport(),
        sizes,
        readQuestions,
      });
    },
  };
}
