/**
 * A loop around onnxruntime-node as anyone would write it, nothing of ours in it: `node bare.ts TASK.json`. Prints one line
 * of JSON: resident bytes with the library loaded and no session, milliseconds to make the session and of every run. What
 * it takes at most is for its parent to see.
 */
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

Reflect.deleteProperty(globalThis, "Float16Array");
const { InferenceSession, Tensor } = await import("onnxruntime-node");
setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

interface Task {
  readonly file: string;
  readonly options: object;
  readonly output: string;
  /** At least so many, and for so long. */
  readonly runs: number;
  readonly seconds: number;
  readonly feeds: Record<string, { type: string; dims: number[]; data: string[] }>;
}
const ARRAYS: Record<string, (data: string[]) => unknown> = {
  int64: (data) => BigInt64Array.from(data, BigInt),
  int32: (data) => Int32Array.from(data, Number),
  bool: (data) => Uint8Array.from(data, Number),
  float32: (data) => Float32Array.from(data, Number),
  float16: (data) => Uint16Array.from(data, Number),
};

const task = JSON.parse(readFileSync(process.argv[2]!, "utf8")) as Task;
const feeds = Object.fromEntries(
  Object.entries(task.feeds).map(([name, { type, dims, data }]) => [
    name,
    new Tensor(type as "int64", ARRAYS[type]!(data) as BigInt64Array, dims),
  ]),
);
gc();
const baseBytes = process.memoryUsage.rss();
const begun = performance.now();
const session = await InferenceSession.create(task.file, task.options);
const loadMs = performance.now() - begun;
// In a function of its own: the awaited outputs would otherwise stay alive in this one's frame, through the next run.
const run = async (): Promise<void> => {
  await session.run(feeds, [task.output]);
};
const runMs: number[] = [];
const until = performance.now() + task.seconds * 1000;
while (runMs.length < task.runs || performance.now() < until) {
  const start = performance.now();
  await run();
  runMs.push(performance.now() - start);
  gc();
}
process.stdout.write(JSON.stringify({ baseBytes, loadMs, runMs }));
process.exit(0);
