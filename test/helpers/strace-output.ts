/** What strace wrote about calls that use internet addresses or make files (`-f -q -e trace=%network,open,openat,mkdir...`). */
import { resolve } from "node:path";

/** Addresses with their ports, as often as they were named. */
export function addressesIn(trace: string): string[] {
  const four = /sin_port=htons\((\d+)\), sin_addr=inet_addr\("([^"]+)"\)/g;
  const six = /sin6_port=htons\((\d+)\),[^}]*?inet_pton\(AF_INET6, "([^"]+)"/g;
  return [
    ...[...trace.matchAll(four)].map(([, port, address]) => `${address}:${port}`),
    ...[...trace.matchAll(six)].map(([, port, address]) => `[${address}]:${port}`),
  ];
}

/** Devices and the kernel's own files: nothing is kept there. */
const NOWHERE = /^\/(proc\/|dev\/(null|tty|ptmx|pts\/))/;

/** Files and folders that were made or opened to be made; a call whose end strace shows on another line counts. */
export function writtenIn(trace: string, workingFolder: string): string[] {
  return trace.split("\n").flatMap((line) => {
    const [, call, quoted, rest] = /\b(openat|open|creat|mkdirat|mkdir)\((?:AT_FDCWD, )?"([^"]*)"(.*)/.exec(line) ?? [];
    if (call === undefined || rest!.includes(" = -1 E")) return [];
    if (call.startsWith("open") && !rest!.includes("O_CREAT")) return [];
    const file = resolve(workingFolder, quoted!);
    return NOWHERE.test(file) ? [] : [file];
  });
}

/** Whether the trace holds the end of a process. */
export function hasEnded(trace: string, processId: number): boolean {
  return new RegExp(`^${processId} +\\+\\+\\+ (exited|killed)`, "m").test(trace);
}
