/** Turns what a probing child did into a square of the report. Pure, so that every way to fail is a test. */
import { PROBE_TOLERANCE, type ProbeFormat, type ProbeSquare, type ProbeStatus } from "#shared/providers/probe.ts";
import { type ProviderId, PROVIDERS } from "#shared/providers/providers.ts";
import type { ProbeOutput } from "./probe-protocol.ts";

/** What became of one format on one provider. */
export type ProbeAnswer =
  | { readonly output: ProbeOutput }
  /** ONNX Runtime said no. Its exception often lacks the cause, which it wrote to stderr. */
  | { readonly refusal: string }
  | { readonly status: "crashed" | "timed out" | "not tried"; readonly reason: string };

/**
 * @param reference logits of fp32 on the CPU
 * @param stderr what the child wrote there in its whole life
 */
export function judgeAnswer(
  provider: ProviderId,
  format: ProbeFormat,
  answer: ProbeAnswer,
  reference: readonly number[],
  stderr: string,
): ProbeSquare {
  if ("status" in answer) return unanswered(format, answer.status, answer.reason);
  if ("refusal" in answer) {
    const { status, reason } = explainRefusal(answer.refusal, stderr);
    return unanswered(format, status, reason);
  }
  const { logits, placement, loadMs } = answer.output;
  const error = relativeError(logits, reference);
  const tolerance = PROBE_TOLERANCE[format];
  const measured = { format, relativeError: Number.isFinite(error) ? error : null, tolerance, placement, loadMs };
  if (!(error <= tolerance)) {
    const found = Number.isFinite(error) ? `relative error ${error.toPrecision(2)}` : "values that are not numbers";
    return { ...measured, status: "wrong numbers", reason: `${found}, where rounding explains ${tolerance}` };
  }
  const elsewhere = nodesElsewhere(provider, placement);
  if (elsewhere === null) return { ...measured, status: "works", reason: null };
  return { ...measured, status: "falls back", reason: elsewhere };
}

/** A square on which nothing was computed. */
export function unanswered(format: ProbeFormat, status: ProbeStatus, reason: string): ProbeSquare {
  const tolerance = PROBE_TOLERANCE[format];
  return { format, status, reason, relativeError: null, tolerance, placement: {}, loadMs: null };
}

/** Root of the summed squares of the differences over that of the reference; NaN where shapes differ or a value is none. */
export function relativeError(values: readonly number[], reference: readonly number[]): number {
  if (values.length !== reference.length) return NaN;
  let difference = 0;
  let size = 0;
  for (const [index, expected] of reference.entries()) {
    difference += (values[index]! - expected) ** 2;
    size += expected ** 2;
  }
  return Math.sqrt(difference / size);
}

function nodesElsewhere(provider: ProviderId, placement: Readonly<Record<string, number>>): string | null {
  const { profileName } = PROVIDERS[provider];
  const total = Object.values(placement).reduce((sum, count) => sum + count, 0);
  const own = placement[profileName] ?? 0;
  // A session whose profile holds nothing proves nothing.
  if (total > 0 && own === total) return null;
  return `${total - own} of ${total} nodes ran on another provider`;
}

/** The loader's line for a library that is not there (glibc; macOS' dyld), with the library's name. */
const MISSING = [/([\w.+-]+\.so[.\d]*): cannot open shared object file/, /Library not loaded: (\S+)/];
/** A file of ONNX Runtime's that Windows could not load, for want of itself or of what it needs. */
const WINDOWS_LOAD = /Error loading "?([^"]+\.dll)"?/i;
/** Comes with the driver, so that fetching libraries would not help. */
const DRIVER_LIBRARY = "libcuda.so";
const NO_DEVICE =
  /no (?:supported adapters|cuda-capable device|adapter)|webgpu adapter|driver version is insufficient|cuda failure (?:35|46|100|101)\b|no compatible (?:device|gpu)|dxgi_error/i;

/** Why ONNX Runtime refused, as far as its own words and what it wrote tell. */
export function explainRefusal(message: string, stderr: string): { status: ProbeStatus; reason: string } {
  const said = `${message}\n${stderr}`;
  for (const pattern of [...MISSING, WINDOWS_LOAD]) {
    const library = pattern.exec(said)?.[1];
    if (library === undefined) continue;
    if (library.startsWith(DRIVER_LIBRARY)) {
      return { status: "no device", reason: `${library}, a part of the NVIDIA driver, is missing` };
    }
    return { status: "missing library", reason: `${library} is missing or cannot be loaded` };
  }
  const line = said.split("\n").find((each) => NO_DEVICE.test(each));
  if (line !== undefined) return { status: "no device", reason: withoutPlace(line) };
  return { status: "refused", reason: withoutPlace(message.split("\n")[0]!) };
}

/** ONNX Runtime puts source file, line and function before its words. */
function withoutPlace(line: string): string {
  const words = line.replace(/^.*\/onnxruntime_src\/\S+:\d+ .*?(?:was false\. |\[ONNXRuntimeError\] : )/, "");
  return words.trim().replace(/\.$/, "");
}
