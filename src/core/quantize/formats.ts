import { LabError } from "#shared/errors.ts";
import { FORMAT_IDS, type FormatId } from "#shared/formats/formats.ts";
import { fp16 } from "./fp16.ts";
import { int4f16 } from "./int4f16.ts";
import { mixed } from "./mixed.ts";
import type { FormatMaker } from "./format-maker.ts";
import { PLAIN_FORMATS } from "./plain-formats.ts";

/** The formats that this version makes; `makes` in the shared table says the same to code that may not import core. */
export const FORMAT_MAKERS: Readonly<Partial<Record<FormatId, FormatMaker>>> = Object.freeze({
  ...PLAIN_FORMATS,
  fp16,
  int4f16,
  mixed,
});

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
