/** Internet sockets of a process and its descendants as the kernel lists them now (Linux: /proc, `man 5 proc_pid_net`). */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const TABLES = ["tcp", "tcp6", "udp", "udp6"];

/** Their addresses with ports, the other side's too where there is one. A process that has just ended has none. */
export function socketsOf(processId: number): string[] {
  return family(processId).flatMap((each) => {
    const inodes = new Set(entries(`/proc/${each}/fd`).flatMap((fd) => inodeOf(`/proc/${each}/fd/${fd}`)));
    if (inodes.size === 0) return [];
    return TABLES.flatMap((table) => addressesIn(read(`/proc/${each}/net/${table}`), inodes));
  });
}

/** Addresses in one of the kernel's tables, of the sockets with these inodes. */
export function addressesIn(table: string, inodes: ReadonlySet<string>): string[] {
  return table.split("\n").flatMap((line) => {
    const [, local, remote, , , , , , , inode] = line.trim().split(/\s+/);
    if (inode === undefined || !inodes.has(inode)) return [];
    const isOpen = /^0+:0000$/.test(remote!);
    return [toAddress(local!), ...(isOpen ? [] : [toAddress(remote!)])];
  });
}

/** Words of four bytes as the processor has them (little-endian), and the port. */
function toAddress(hexadecimal: string): string {
  const [words, port] = hexadecimal.split(":") as [string, string];
  const bytes = (words.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, "hex")].toReversed());
  const number = Number.parseInt(port, 16);
  if (bytes.length === 4) return `${bytes.join(".")}:${number}`;
  const groups = Array.from({ length: 8 }, (_, index) =>
    (bytes[2 * index]! * 256 + bytes[2 * index + 1]!).toString(16),
  );
  const text = groups.join(":");
  if (text === "0:0:0:0:0:0:0:1") return `[::1]:${number}`;
  if (text.startsWith("0:0:0:0:0:ffff:")) return `[::ffff:${bytes.slice(12).join(".")}]:${number}`;
  return `[${text}]:${number}`;
}

function family(processId: number): number[] {
  const children = entries(`/proc/${processId}/task`).flatMap((thread) =>
    read(`/proc/${processId}/task/${thread}/children`).split(" ").filter(Boolean).map(Number),
  );
  return [processId, ...children.flatMap(family)];
}

function inodeOf(link: string): string[] {
  try {
    const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(link))?.[1];
    return inode === undefined ? [] : [inode];
  } catch {
    return [];
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
