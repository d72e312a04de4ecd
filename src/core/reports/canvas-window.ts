/**
 * As much of a window as uPlot needs to draw on a canvas that no screen shows: elements that hold nothing, and real canvases. uPlot
 * takes `window` and `document` when it is loaded and never again, so they are there for that moment only; `Path2D` it
 * makes while it draws, and that stays.
 */
import type { Canvas } from "@napi-rs/canvas";
import type uPlot from "uplot";
import { LabError } from "#shared/errors.ts";
import { pictureFonts } from "#core/app/files/resources.ts";

/** Bundled: what pictures are written in on every machine, those without any font among them. */
export const PICTURE_FONT = "IBM Plex Sans";

type CanvasLibrary = typeof import("@napi-rs/canvas");
export type PlotConstructor = typeof uPlot;
export type { Canvas } from "@napi-rs/canvas";

export interface CanvasWindow {
  readonly Plot: PlotConstructor;
  readonly createCanvas: (width: number, height: number) => Canvas;
}

let opened: Promise<CanvasWindow> | null = null;

/**
 * Loads the drawing libraries, once.
 * @throws LabError NOT_AVAILABLE where the canvas library has no build for this platform, or cannot read the bundled font
 */
export function openCanvasWindow(): Promise<CanvasWindow> {
  opened ??= open();
  return opened;
}

async function open(): Promise<CanvasWindow> {
  const canvas = await loadCanvas();
  const Plot = await loadPlot(canvas);
  return { Plot, createCanvas: (width, height) => canvas.createCanvas(width, height) };
}

async function loadCanvas(): Promise<CanvasLibrary> {
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

async function loadPlot(canvas: CanvasLibrary): Promise<PlotConstructor> {
  const listeners = { addEventListener: nothing, removeEventListener: nothing, dispatchEvent: () => true };
  const whileLoading: Record<string, unknown> = {
    window: listeners,
    document: {
      createElement: (tag: string) => (tag === "canvas" ? canvasElement(canvas) : new EmptyElement()),
      ...listeners,
    },
    // A picture has its own scale, whatever the screens of this machine have.
    devicePixelRatio: 1,
    matchMedia: () => ({ matches: false, ...listeners }),
  };
  const names = Object.keys(whileLoading);
  const before = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  const window = { ...(whileLoading.window as object), matchMedia: whileLoading.matchMedia };
  for (const name of names) define(name, name === "window" ? window : whileLoading[name]);
  try {
    define("Path2D", canvas.Path2D);
    return (await import("uplot")).default;
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
  }
}

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

function nothing(): void {
  // No screen, no events.
}

/** Takes children and styles, and shows nothing. */
class EmptyElement {
  readonly style: Record<string, string> = {};
  readonly classList = { add: nothing, remove: nothing, contains: () => false };
  readonly childNodes: unknown[] = [];
  readonly firstChild = null;
  readonly addEventListener = nothing;
  readonly removeEventListener = nothing;
  readonly setAttribute = nothing;
  readonly remove = nothing;

  appendChild<T>(child: T): T {
    return child;
  }

  insertBefore<T>(child: T): T {
    return child;
  }

  getBoundingClientRect(): Record<"left" | "top" | "width" | "height", number> {
    return { left: 0, top: 0, width: 0, height: 0 };
  }
}

/** A canvas that can be drawn on, with what uPlot asks of its element. */
function canvasElement({ createCanvas }: CanvasLibrary): unknown {
  return Object.assign(createCanvas(1, 1), {
    style: {},
    classList: { add: nothing, remove: nothing, contains: () => false },
    addEventListener: nothing,
    removeEventListener: nothing,
    remove: nothing,
  });
}
