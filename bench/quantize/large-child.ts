/** Quantizes argv[2] to argv[3] as int4 and prints how much memory that took above the start. */
import { readFileSync } from "node:fs";
import { quantizeModel } from "#core/quantize/quantize-model.ts";

const [source, target, threads] = process.argv.slice(2) as [string, string, string | undefined];
const idleBytes = process.memoryUsage().rss;
const start = performance.now();
const { bytes, times } = await quantizeModel({
  source,
  target,
  recipe: { format: "int4" },
  threads: threads === undefined ? undefined : Number(threads),
});
const ms = performance.now() - start;
process.stdout.write(JSON.stringify({ idleBytes, peakBytes: peak(), ms, bytes, times }));

/** maxRSS of resourceUsage would hold what the parent had when it started this process. */
function peak(): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))![1];
  return Number(kibibytes) * 1024;
}
