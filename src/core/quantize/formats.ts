import { LabError } from "#shared/errors.ts";
import { FORMAT_IDS, type FormatId } from "#shared/formats/formats.ts";
import { int4 } from "./int4.ts";
import type { FormatMaker } from "./plan.ts";
import { w8 } from "./w8.ts";

/** The formats that this version makes; `makes` in the shared table says the same to code that may not import core. */
export const FORMAT_MAKERS: Readonly<Partial<Record<FormatId, FormatMaker>>> = Object.freeze({ int4, w8 });

/** @throws LabError FORMAT_UNSUPPORTED with the formats that can be made */
export function formatMaker(format: FormatId): FormatMaker {
  const maker = FORMAT_MAKERS[format];
  if (maker) return maker;
  const allowed = FORMAT_IDS.filter((id) => FORMAT_MAKERS[id]);
  throw new LabError("FORMAT_UNSUPPORTED", `${format} cannot be made, only measured. Choose ${allowed.join(" or ")}.`, {
    format,
    allowed,
  });
}
