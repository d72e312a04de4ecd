/**
 * The child process: gets one launch of a cell to measure, or one provider to try, sends what it finds, and ends; or files to
 * read, one after another.
 */
import { toEnvelope } from "#shared/errors.ts";
import type { FileJob, FileMessage } from "#core/files/file-jobs.ts";
import type { WorkerMessage } from "#core/runs/protocol.ts";
import { openParentPort } from "#core/runs/parent-port.ts";
import type { WorkerJob } from "#core/runs/spawner.ts";
import type { ProbeMessage } from "#core/system/probe-protocol.ts";

const port = openParentPort<WorkerJob, WorkerMessage | ProbeMessage | FileMessage>(
  "This is Quantscope's measuring process; it is started by a run (quantscope run).",
);
port.onJob(async (job) => {
  if ("fileJob" in job) {
    await readFiles(job);
    return;
  }
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

async function readFiles(job: FileJob): Promise<void> {
  const { doFileJob } = await import("#core/files/do-file-job.ts");
  port.send({ type: "answered", reply: await doFileJob(job, port.send) });
}
