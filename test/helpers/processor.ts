import { existsSync, readFileSync } from "node:fs";

const INFO = "/proc/cpuinfo";

/**
 * Whether this processor computes as those that references were made on: ONNX Runtime chooses its kernels by instructions, and
 * others sum in another order. Names say less: virtual machines call processors of many kinds "AMD EPYC". False where the
 * system does not tell.
 */
export function computesLikeReference(): boolean {
  return process.arch === "x64" && existsSync(INFO) && /^flags\s*:.*\bavx512_vnni\b/m.test(readFileSync(INFO, "utf8"));
}
