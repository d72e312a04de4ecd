/** The child process: gets one launch of a cell to measure, or one provider to try, sends what it finds, and ends. */
import { toEnvelope } from "#shared/errors.ts";
import { openParentPort } from "./parent-port.ts";

const port = openParentPort();
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
