/** Writes a drawing as SVG elements. Attributes only, no style: a page's content security policy may forbid that. */
import { escapeHtml } from "../../escape-html.ts";
import { n, type PathStyle, type Pen, TEXT_SIZE, type TextStyle, type Tone } from "./pen.ts";

/** A colour as an attribute has it: `#161b20`, or `var(--text)` where the page has a light and a dark theme. */
export type Paint = (tone: Tone) => string;

export interface SvgElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (SvgElement | string)[];
}

export class SvgPen implements Pen {
  readonly #paint: Paint;
  #elements: SvgElement[] = [];

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  path(d: string, { stroke, width = 1, dash = [], fill, opacity = 1 }: PathStyle): void {
    const attributes = {
      d,
      fill: fill === undefined ? "none" : this.#paint(fill),
      ...(opacity !== 1 && { "fill-opacity": exact(opacity) }),
      ...(stroke !== undefined && { stroke: this.#paint(stroke) }),
      ...(stroke !== undefined && width !== 1 && { "stroke-width": exact(width) }),
      ...(stroke !== undefined && dash.length > 0 && { "stroke-dasharray": dash.map(n).join(" ") }),
    };
    this.#elements.push({ name: "path", attributes, children: [] });
  }

  text(words: string, x: number, y: number, style: TextStyle = {}): void {
    const { tone = "muted", size = TEXT_SIZE, strong = false, anchor = "start", turn = 0 } = style;
    const attributes = {
      x: n(x),
      y: n(y),
      fill: this.#paint(tone),
      ...(size !== TEXT_SIZE && { "font-size": n(size) }),
      ...(strong && { "font-weight": "600" }),
      ...(anchor !== "start" && { "text-anchor": anchor }),
      ...(turn !== 0 && { transform: `rotate(${n(turn)} ${n(x)} ${n(y)})` }),
    };
    this.#elements.push({ name: "text", attributes, children: [words] });
  }

  group(title: string, draw: () => void): void {
    const before = this.#elements;
    this.#elements = [];
    draw();
    const children = [{ name: "title", attributes: {}, children: [title] }, ...this.#elements];
    this.#elements = [...before, { name: "g", attributes: {}, children }];
  }

  /** @param name what a reader who does not see it is told; @param font families as CSS names them */
  document(name: string, width: number, height: number, font: string): SvgElement {
    const attributes = {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${n(width)} ${n(height)}`,
      width: n(width),
      height: n(height),
      "font-family": font,
      "font-size": n(TEXT_SIZE),
      "stroke-linejoin": "round",
      role: "img",
      "aria-label": name,
    };
    return { name: "svg", attributes, children: this.#elements };
  }
}

export function svgText({ name, attributes, children }: SvgElement): string {
  const words = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeHtml(value)}"`);
  const inside = children.map((child) => (typeof child === "string" ? escapeHtml(child) : svgText(child)));
  return inside.length === 0 ? `<${name}${words.join("")}/>` : `<${name}${words.join("")}>${inside.join("")}</${name}>`;
}

/** Widths and opacities are finer than places. */
function exact(value: number): string {
  return String(Math.round(value * 1e4) / 1e4);
}
