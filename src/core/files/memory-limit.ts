/**
 * Ends this process when it grows too much. V8 bounds only its own heap, and buffers lie outside; so a thread looks, which
 * sleeps while there is no limit.
 */
import { Worker } from "node:worker_threads";

const MEBIBYTE = 2 ** 20;

/** In JavaScript, since it is handed over as text: a thread's file would be another entry of the build. */
const WATCH = `
  const { workerData: limit } = require("node:worker_threads");
  for (;;) {
    Atomics.wait(limit, 0, 0);
    const most = Atomics.load(limit, 0);
    if (most > 0 && process.memoryUsage.rss() > most * ${MEBIBYTE}) {
      require("node:fs").writeSync(2, "out of memory: more than it was given\\n");
      process.kill(process.pid, "SIGKILL");
    }
    Atomics.wait(limit, 0, most, 20);
  }`;

let limit: Int32Array | null = null;

/** @param bytes how much the process may grow from now on; null for as much as it likes */
export function limitGrowth(bytes: number | null): void {
  if (limit === null) {
    limit = new Int32Array(new SharedArrayBuffer(4));
    new Worker(WATCH, { eval: true, workerData: limit }).unref();
  }
  Atomics.store(limit, 0, bytes === null ? 0 : Math.ceil((process.memoryUsage.rss() + bytes) / MEBIBYTE));
  Atomics.notify(limit, 0);
}
