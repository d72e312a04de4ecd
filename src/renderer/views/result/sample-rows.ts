import type { RunSamples } from "#shared/api.ts";

/** Every timed run and token of a cell, one line a sample: nothing is summed up, so that anything can be computed from it. */
export function sampleCsvRows({ cell, forward, decode }: RunSamples): (string | number | null)[][] {
  return [
    ["cell", "measurement", "kind", "launch", "batch size", "depth", "sample", "value", "unit"],
    ...forward.flatMap(({ launches }) =>
      launches.flatMap((launch) => {
        const row = (what: string, values: readonly number[]): (string | number | null)[][] =>
          values.map((value, index) => [
            cell,
            what,
            launch.kind,
            launch.launch,
            launch.batchSize,
            null,
            index + 1,
            value,
            "ms",
          ]);
        return [
          ...row("forward", launch.latencyMs),
          ...row("forward, compute", launch.computeMs),
          ...row("forward, warm-up", launch.warmupMs),
          ...(launch.peakMemoryBytes === null
            ? []
            : [
                [
                  cell,
                  "peak memory",
                  launch.kind,
                  launch.launch,
                  launch.batchSize,
                  null,
                  1,
                  launch.peakMemoryBytes,
                  "bytes",
                ],
              ]),
        ];
      }),
    ),
    ...decode.flatMap(({ launches }) =>
      launches.flatMap((launch) => {
        const row = (what: string, values: readonly number[]): (string | number | null)[][] =>
          values.map((value, index) => [
            cell,
            what,
            launch.way,
            launch.launch,
            launch.batchSize,
            launch.depth,
            index + 1,
            value,
            "ms",
          ]);
        return [...row("first token", launch.timeToFirstTokenMs), ...row("next token", launch.interTokenMs)];
      }),
    ),
  ];
}
