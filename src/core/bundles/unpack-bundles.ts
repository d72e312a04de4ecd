/** A zip of bundles side by side, as the export of several runs writes it: each becomes a source of its own. */
import { unzipSync } from "fflate";
import { LabError } from "#shared/errors.ts";
import { type ImportSource, readSource } from "./import-source.ts";
import { MOST_ENTRIES } from "./zip-file.ts";

/** Of all bundles together; they are packed already, so that a zip of them is hardly smaller. */
const MOST_UNPACKED_BYTES = 1 << 30;

/**
 * The bundles of a zip that holds nothing else; any other file as it is.
 * @throws LabError BUNDLE_INVALID for a zip of bundles that is too large or damaged, BAD_REQUEST for one that cannot be read
 */
export function unpackBundles(source: ImportSource): readonly ImportSource[] {
  if (!source.path.toLowerCase().endsWith(".zip")) return [source];
  const { bytes, name } = readSource(source);
  const names = new Set<string>();
  let unpacked = 0;
  const holdsOnlyBundles = (): boolean => names.size > 0 && [...names].every((each) => /^[^/\\]+\.qsrun$/.test(each));
  try {
    unzipSync(bytes, {
      filter: (entry) => {
        names.add(entry.name);
        unpacked += entry.originalSize;
        return false;
      },
    });
    if (!holdsOnlyBundles()) return [source];
    if (unpacked > MOST_UNPACKED_BYTES || names.size > MOST_ENTRIES) throw new Error("it is too large");
    return Object.entries(unzipSync(bytes)).map(([entry, content]) => ({
      path: entry,
      content: { bytes: content, modifiedAt: null },
    }));
  } catch (error) {
    throw new LabError(
      "BUNDLE_INVALID",
      `${name} is no zip of bundles that can be imported: ${(error as Error).message}. Unpack it, or export the runs again.`,
      { file: name },
      { cause: error },
    );
  }
}
