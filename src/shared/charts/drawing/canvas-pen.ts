/** Paints a drawing on a canvas: the window's, or one of a library in Node (core/reports). */
import { type Pen, TEXT_SIZE, type Tone } from "./pen.ts";

/** What painting needs of a 2D context. */
export interface CanvasContext<Path> {
  strokeStyle: unknown;
  fillStyle: unknown;
  globalAlpha: number;
  lineWidth: number;
  lineJoin: string;
  font: string;
  textAlign: string;
  textBaseline: string;
  save(): void;
  restore(): void;
  translate(x: number, y: number): void;
  rotate(radians: number): void;
  stroke(path: Path): void;
  fill(path: Path): void;
  fillText(text: string, x: number, y: number): void;
  setLineDash(parts: number[]): void;
}

export class CanvasPen<Path> implements Pen {
  readonly #context: CanvasContext<Path>;
  readonly #makePath: (d: string) => Path;
  readonly #colourOf: (tone: Tone) => string;
  readonly #font: string;

  /** @param font families as CSS names them */
  constructor(
    context: CanvasContext<Path>,
    makePath: (d: string) => Path,
    colourOf: (tone: Tone) => string,
    font: string,
  ) {
    this.#context = context;
    this.#makePath = makePath;
    this.#colourOf = colourOf;
    this.#font = font;
  }

  path(d: string, { stroke, width = 1, dash = [], fill, opacity = 1 }: Parameters<Pen["path"]>[1]): void {
    const context = this.#context;
    const path = this.#makePath(d);
    if (fill !== undefined) {
      context.globalAlpha = opacity;
      context.fillStyle = this.#colourOf(fill);
      context.fill(path);
      context.globalAlpha = 1;
    }
    if (stroke !== undefined) {
      context.strokeStyle = this.#colourOf(stroke);
      context.lineWidth = width;
      context.lineJoin = "round";
      context.setLineDash([...dash]);
      context.stroke(path);
    }
  }

  text(words: string, x: number, y: number, style: Parameters<Pen["text"]>[3] = {}): void {
    const { tone = "muted", size = TEXT_SIZE, strong = false, anchor = "start", turn = 0 } = style;
    const context = this.#context;
    context.save();
    context.font = `${strong ? "600 " : ""}${size}px ${this.#font}`;
    context.fillStyle = this.#colourOf(tone);
    context.textAlign = anchor === "middle" ? "center" : anchor === "end" ? "right" : "left";
    context.textBaseline = "alphabetic";
    context.translate(x, y);
    if (turn !== 0) context.rotate((turn * Math.PI) / 180);
    context.fillText(words, 0, 0);
    context.restore();
  }

  /** Nobody can point at a part of a picture. */
  group(_title: string, draw: () => void): void {
    draw();
  }
}
