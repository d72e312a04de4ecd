/** Entry of the thread that reads one Parquet file (read-parquet.ts): pure JavaScript, so that it may be ended at any time. */
import { type FileMetaData, parquetMetadata, parquetReadObjects } from "hyparquet";
import { parentPort, workerData } from "node:worker_threads";
import { tooMuch } from "./parquet-limits.ts";
import { NEEDED, OPTIONAL, type ParquetAnswer } from "./parquet-messages.ts";

async function read(bytes: Uint8Array<ArrayBuffer>): Promise<ParquetAnswer> {
  const file = bytes.buffer;
  const metadata = parquetMetadata(file);
  const present = columnsOf(metadata);
  const missing = NEEDED.filter((name) => !present.includes(name));
  if (missing.length > 0) return { type: "missing", missing, present };
  const columns = [...NEEDED, ...OPTIONAL].filter((name) => present.includes(name));
  const bomb = tooMuch(metadata, columns);
  if (bomb !== null) return { type: "refused", reason: bomb };
  return { type: "rows", rows: await parquetReadObjects({ file, metadata, columns }) };
}

function columnsOf({ schema }: FileMetaData): string[] {
  // The root, then its children, each with its own after it.
  const names: string[] = [];
  let at = 1;
  const skip = (): void => {
    const children = schema[at++]?.num_children ?? 0;
    for (let child = 0; child < children; child++) skip();
  };
  while (at < schema.length) {
    names.push(schema[at]!.name);
    skip();
  }
  return names;
}

const say = (answer: ParquetAnswer): void => {
  parentPort!.postMessage(answer);
};
read(workerData as Uint8Array<ArrayBuffer>).then(say, (error: unknown) => {
  // The reader's own errors are plain; others come from values that it did not check.
  const isOwn = error instanceof Error && error.constructor === Error;
  say({ type: "refused", reason: isOwn ? error.message : "it is damaged" });
});
