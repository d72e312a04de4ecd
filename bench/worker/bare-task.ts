import { Decoder } from "#core/engine/decoder.ts";
import { sessionOptions } from "#core/engine/session.ts";
import type { Variant } from "#core/models/model-folder.ts";
import { createRandom } from "#shared/random.ts";

interface BareTask {
  readonly variant: Pick<Variant, "file" | "signature">;
  readonly threads: number;
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly runs: number;
  readonly seconds?: number;
}

/** Makes the task that bare.ts reads: the file, the session options of every measurement, and random tokens as inputs. */
export function bareTask({ variant, threads, batchSize, sequenceLength, runs, seconds = 0 }: BareTask): unknown {
  const random = createRandom(0);
  const vocabulary = variant.signature.vocabularySize ?? 1000;
  const batch = Array.from({ length: batchSize }, () =>
    Array.from({ length: sequenceLength }, () => random.nextInt(vocabulary)),
  );
  // The graph tells which inputs to feed; no session is needed for that.
  const feeds = new Decoder({} as never, variant.signature).batchFeeds(batch);
  return {
    file: variant.file,
    options: sessionOptions({ provider: "cpu", threads }),
    output: variant.signature.logits.name,
    runs,
    seconds,
    feeds: Object.fromEntries(
      Object.entries(feeds).map(([name, { type, dims, data }]) => [
        name,
        { type, dims, data: Array.from(data as ArrayLike<number>, String) },
      ]),
    ),
  };
}
