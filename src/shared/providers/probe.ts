/** What `quantscope providers` found: every provider with every format on a tiny model, each answer with its reason. */
import { z } from "zod";
import { FORMAT_IDS, type FormatId } from "../formats/formats.ts";
import { gpuSchema } from "./gpu.ts";
import { PROVIDER_IDS } from "./providers.ts";

export const PROBE_VERSION = 1;

/** What can be tried: float32 and the formats that can be made; `mixed` is made of the others. */
export const PROBE_FORMATS = [
  "fp32",
  "fp16",
  "int8",
  "uint8",
  "w8",
  "int4",
  "int4f16",
  "nf4",
  "fp4",
] as const satisfies readonly FormatId[];
export type ProbeFormat = (typeof PROBE_FORMATS)[number];

export const PROBE_STATUSES = [
  /** Every node ran on the provider, and the numbers are right. */
  "works",
  /** The numbers are right, and some nodes ran on the CPU; `placement` says how many. */
  "falls back",
  "wrong numbers",
  /** ONNX Runtime refused the model or the run, in its own words. */
  "refused",
  "missing library",
  "no device",
  "not on this platform",
  "crashed",
  "timed out",
  /** Left out because this provider had timed out. */
  "not tried",
] as const;
export type ProbeStatus = (typeof PROBE_STATUSES)[number];

/** A cell on such a square gives right numbers. */
export function isUsable(status: ProbeStatus): boolean {
  return status === "works" || status === "falls back";
}

/**
 * Largest relative error (root of the summed squares, against float32 weights on the CPU) that a format's rounding explains:
 * about twice what ONNX Runtime 1.30's CPU kernels give on the probe model, and room for TF32 and float16 sums on GPUs.
 */
export const PROBE_TOLERANCE: Readonly<Record<ProbeFormat, number>> = Object.freeze({
  fp32: 0.002,
  fp16: 0.005,
  int8: 0.04,
  uint8: 0.04,
  w8: 0.02,
  int4: 0.2,
  int4f16: 0.2,
  nf4: 0.25,
  fp4: 0.3,
});

export const probeSquareSchema = z.object({
  format: z.enum(FORMAT_IDS),
  status: z.enum(PROBE_STATUSES),
  /** Why, wherever the status is not "works". */
  reason: z.string().nullable(),
  /** Against fp32 on the CPU; null where nothing was computed. */
  relativeError: z.number().nullable(),
  tolerance: z.number(),
  /** Nodes per execution provider, by ONNX Runtime's names; empty where nothing ran. */
  placement: z.record(z.string(), z.number().int()),
  loadMs: z.number().nullable(),
});
export type ProbeSquare = z.output<typeof probeSquareSchema>;

const providerProbeSchema = z.object({
  provider: z.enum(PROVIDER_IDS),
  label: z.string(),
  /** Whether any format gives right numbers. */
  usable: z.boolean(),
  /** One sentence that holds for the whole provider, where it does not work at all. */
  reason: z.string().nullable(),
  /** What would make it work; null where there is nothing to do. */
  remedy: z.string().nullable(),
  squares: z.array(probeSquareSchema),
});
export type ProviderProbe = z.output<typeof providerProbeSchema>;

export const probeReportSchema = z.object({
  schemaVersion: z.literal(PROBE_VERSION),
  probedAt: z.string(),
  platform: z.string(),
  onnxruntime: z.string(),
  gpus: z.array(gpuSchema),
  providers: z.array(providerProbeSchema),
});
export type ProbeReport = z.output<typeof probeReportSchema>;
