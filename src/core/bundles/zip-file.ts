/** A zip that is written entry by entry: no more of it is in memory than the text that is being packed. */
import { Zip, ZipDeflate, ZipPassThrough } from "fflate";
import { LabError } from "#shared/errors.ts";
import { partsOf, type ReportFile } from "#core/reports/write-files.ts";
import { WholeFile } from "#core/reports/whole-file.ts";

/** Zip's first day, so that the same run gives the same bytes. */
export const NO_TIME = new Date("1980-01-01T12:00:00Z");

/** What a zip without its 64-bit extension can count. */
export const MOST_ENTRIES = 65_535;
const MOST_BYTES = 0xffff_ffff - (1 << 26);

/** Packing these again takes time and saves nothing. */
const PACKED = /\.(png|qsrun|zip|pdf)$/;

export class ZipFile implements Disposable {
  readonly #file: WholeFile;
  readonly #zip: Zip;
  readonly #names = new Set<string>();

  /** @throws LabError OUTPUT_UNWRITABLE, DISK_FULL; so does every method, and nothing is left then */
  constructor(path: string, remedy: string) {
    this.#file = new WholeFile(path, remedy);
    this.#zip = new Zip((error, data) => {
      // It gives no error: its only ones are of use after its end.
      if (error) throw error;
      this.#file.write(data);
    });
  }

  get entries(): number {
    return this.#names.size;
  }

  get bytes(): number {
    return this.#file.bytes;
  }

  /**
   * @param folder in front of the file's name, with its slash at the end
   * @throws LabError NOT_AVAILABLE where the zip would be larger than its format allows
   */
  add({ name, content }: ReportFile, folder = ""): void {
    const full = folder + name;
    if (this.#names.has(full)) throw new LabError("INTERNAL", `The zip would hold ${full} twice.`, { name: full });
    if (this.#names.size >= MOST_ENTRIES) throw tooLarge(`more than ${MOST_ENTRIES} files`);
    this.#names.add(full);
    const entry = PACKED.test(full) ? new ZipPassThrough(full) : new ZipDeflate(full, { level: 6 });
    entry.mtime = NO_TIME;
    this.#zip.add(entry);
    const encoder = new TextEncoder();
    for (const part of partsOf(content)) {
      entry.push(typeof part === "string" ? encoder.encode(part) : part);
      if (this.#file.bytes > MOST_BYTES) throw tooLarge("more than 4 GiB");
    }
    entry.push(new Uint8Array(), true);
  }

  /** Puts it in place. */
  commit(): void {
    this.#zip.end();
    this.#file.commit();
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

function tooLarge(why: string): LabError {
  return new LabError(
    "NOT_AVAILABLE",
    `A zip cannot hold ${why}. Export fewer runs at a time, or save a copy of the database (System).`,
  );
}
