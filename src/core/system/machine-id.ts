import { createHash } from "node:crypto";
import { arch, cpus, hostname, platform, totalmem } from "node:os";

/** Tells machines apart without naming them. */
export function machineId(): string {
  const parts = [hostname(), platform(), arch(), cpus()[0]?.model ?? "", String(totalmem())];
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 16);
}
