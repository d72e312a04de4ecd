/** The library that pictures are painted with in Node, and the font that they are written in. */
import { LabError } from "#shared/errors.ts";
import { pictureFonts } from "#core/app/files/resources.ts";

/** Bundled: what pictures are written in on every machine, those without any font among them. */
export const PICTURE_FONT = "IBM Plex Sans";

type CanvasLibrary = typeof import("@napi-rs/canvas");

let opened: Promise<CanvasLibrary> | null = null;

/**
 * Loads the library and registers the font, once.
 * @throws LabError NOT_AVAILABLE where the library has no build for this platform, or cannot read the bundled font
 */
export function openCanvasLibrary(): Promise<CanvasLibrary> {
  opened ??= open();
  return opened;
}

async function open(): Promise<CanvasLibrary> {
  let library: CanvasLibrary;
  try {
    library = await import("@napi-rs/canvas");
  } catch (error) {
    throw new LabError(
      "NOT_AVAILABLE",
      `Pictures cannot be drawn here: @napi-rs/canvas has no build for ${process.platform} ${process.arch} (${(error as Error).message}). ` +
        "The HTML report has the same charts.",
      {},
      { cause: error },
    );
  }
  for (const file of pictureFonts()) {
    if (!library.GlobalFonts.registerFromPath(file, PICTURE_FONT))
      throw new LabError(
        "NOT_AVAILABLE",
        `Pictures cannot be drawn: could not read ${file}. Install the program again.`,
      );
  }
  return library;
}
