/** How a provider looks where a format already has colour, marker and dash: by what is inside the marker. */
import type { ProviderId } from "./providers.ts";

/** `dot`, `bar` and `pole` are hollow with that inside. */
export type MarkerFill = "solid" | "hollow" | "dot" | "bar" | "pole";

export const PROVIDER_FILLS: Readonly<Record<ProviderId, MarkerFill>> = Object.freeze({
  cpu: "solid",
  cuda: "hollow",
  dml: "dot",
  webgpu: "bar",
  coreml: "pole",
});
