/** The child process: gets one launch of a cell to measure, or one provider to try, sends what it finds, and ends. */
import { toEnvelope } from "#shared/errors.ts";
import type { WorkerMessage } from "#core/runs/protocol.ts";
import { openParentPort } from "#core/runs/parent-port.ts";
import type { WorkerJob } from "#core/runs/spawner.ts";
import type { ProbeMessage } from "#core/system/probe-protocol.ts";

const port = openParentPort<WorkerJob, WorkerMessage | ProbeMessage>(
  "This is Quantscope's measuring process; it is started by a run (quantscope run).",
);
port.onJob(async (job) => {
  try {
    // Each loads what it needs and no more.
    if ("probe" in job) {
      const { probeFormats } = await import("#core/system/probe-formats.ts");
      await probeFormats(job, port.send);
    } else {
      const { measureCell } = await import("#core/measure/cell.ts");
      port.send({ type: "done", canaryDrift: await measureCell(job, port.send) });
    }
  } catch (error) {
    port.send({ type: "failed", error: toEnvelope(error) });
  } finally {
    await port.close();
  }
});
