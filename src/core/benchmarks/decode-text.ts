import { type ErrorCode, LabError } from "#shared/errors.ts";
import { isUtf16 } from "#core/system/foreign-content.ts";

/**
 * The text of a UTF-8 file, its mark (BOM) left out. Anything else is refused by line: replaced characters would change a
 * question without a word.
 * @throws LabError with the given code
 */
export function decodeText(bytes: Uint8Array, file: string, code: ErrorCode): string {
  if (isUtf16(bytes)) {
    const remedy = "Save it as UTF-8 (there: | Out-File -Encoding utf8 FILE).";
    throw new LabError(code, `${file}: line 1: it is UTF-16, as ">" of PowerShell 5 writes it. ${remedy}`, { file });
  }
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    return decoder.decode(bytes);
  } catch {
    throw new LabError(code, `${file}: line ${badLine(bytes)}: it is not UTF-8. Save the file as UTF-8.`, { file });
  }
}

/** Number of the first line that is no UTF-8, from 1. */
function badLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let line = 1, start = 0; ; line++) {
    const next = bytes.indexOf(0x0a, start);
    try {
      decoder.decode(bytes.subarray(start, next < 0 ? bytes.length : next));
    } catch {
      return line;
    }
    if (next < 0) return line;
    start = next + 1;
  }
}
