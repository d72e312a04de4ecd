import { z } from "zod";

/** A GPU as its driver describes it. */
export const gpuSchema = z.object({
  name: z.string(),
  /** Version; null where the system does not say. */
  driver: z.string().nullable(),
  /** Its own memory; null where the driver does not say, and where it is a share of the main memory. */
  memoryBytes: z.number().int().min(0).nullable(),
});
export type Gpu = z.output<typeof gpuSchema>;

/** Whose memory a reading is: the measuring process's, or everybody's on the device, from before the session on. */
export type DeviceMemoryKind = "nvidia-smi process" | "nvidia-smi device";
