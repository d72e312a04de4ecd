/** Files in and out. Saving: through the system's own dialog in the desktop app, as a download in a browser. */
import { fileName, saveBlob } from "../format/save.ts";
import type { Lab } from "./bridge.ts";

export class Files {
  readonly #lab: Lab;
  readonly #native: () => boolean;

  /** @param native whether the lab has dialogs of its own (app.info) */
  constructor(lab: Lab, native: () => boolean) {
    this.#lab = lab;
    this.#native = native;
  }

  /**
   * @returns false where the user closed the dialog
   * @throws LabError where the file could not be written
   */
  async save(name: string, content: Blob): Promise<boolean> {
    if (!this.#native()) {
      saveBlob(name, content);
      return true;
    }
    const encoded = await base64(content);
    const { path } = await this.#lab.request("dialog.save", {
      fileName: fileName(name),
      content: encoded,
      encoding: "base64",
    });
    return path !== null;
  }

  /**
   * What was dropped, by path where the window may know it (the desktop app); else the files themselves, to be uploaded.
   * A folder has no content that a page could read, so without a path it is left out.
   */
  async dropped(
    files: readonly File[],
  ): Promise<{ readonly paths: readonly string[]; readonly contents: readonly File[] }> {
    const known = await Promise.all(files.map((file) => this.#lab.droppedPath(file)));
    return {
      paths: known.filter((path) => path !== null),
      contents: files.filter((file, index) => known[index] === null && (file.size > 0 || file.type !== "")),
    };
  }

  saveText(name: string, type: string, text: string): Promise<boolean> {
    // Excel takes a CSV without this mark for the system's old code page.
    const mark = type === "text/csv" ? "\uFEFF" : "";
    return this.save(name, new Blob([mark, text], { type: `${type};charset=utf-8` }));
  }
}

/** In parts: a function takes only so many arguments. */
async function base64(content: Blob): Promise<string> {
  const bytes = new Uint8Array(await content.arrayBuffer());
  const parts: string[] = [];
  const PART = 0x8000;
  for (let at = 0; at < bytes.length; at += PART) parts.push(String.fromCharCode(...bytes.subarray(at, at + PART)));
  return btoa(parts.join(""));
}
