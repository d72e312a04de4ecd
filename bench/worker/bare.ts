/**
 * A loop around onnxruntime-node as anyone would write it, nothing of ours in it: `node bare.ts TASK.json`. Prints one line
 * of JSON: resident bytes with the library loaded and no session. What it takes at most is for its parent to see.
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
  readonly runs: number;
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
const session = await InferenceSession.create(task.file, task.options);
// In a function of its own: the awaited outputs would otherwise stay alive in this one's frame, through the next run.
const run = async (): Promise<void> => {
  await session.run(feeds, [task.output]);
};
for (let count = 0; count < task.runs; count++) {
  await run();
  gc();
}
process.stdout.write(JSON.stringify({ baseBytes }));
process.exit(0);
