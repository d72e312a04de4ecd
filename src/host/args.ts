import { parseArgs } from "node:util";

interface HostArguments {
  readonly home: string | undefined;
  /** 0: any free port. */
  readonly port: number;
  readonly open: boolean;
}

/** @throws TypeError or RangeError, whose message names the wrong argument */
export function parseHostArguments(argv: readonly string[]): HostArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: { home: { type: "string" }, port: { type: "string", default: "0" }, "no-open": { type: "boolean" } },
  });
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw new RangeError(`--port ${values.port}: a port is a whole number from 0 (any free one) to 65535.`);
  }
  return { home: values.home, port, open: values["no-open"] !== true };
}
