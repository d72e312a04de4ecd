/** Colours of what leaves the window: the values of tokens.css, which a test compares, in both themes. */
import { FORMAT_MARKS } from "../formats/marks.ts";
import { isFormatId } from "../formats/formats.ts";
import type { Tone } from "./drawing/pen.ts";

/** Colours as a canvas takes them. */
export interface ChartColours {
  readonly dark: boolean;
  readonly surface: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly line: string;
  readonly accent: string;
  readonly font: string;
}

const FONT = 'system-ui, "Segoe UI", Roboto, "Noto Sans", "Open Sans", "DejaVu Sans", sans-serif';

export const PALETTES: Readonly<Record<"light" | "dark", ChartColours>> = Object.freeze({
  light: Object.freeze({
    dark: false,
    surface: "#ffffff",
    text: "#161b20",
    muted: "#55606b",
    grid: "#e9edef",
    line: "#87929b",
    accent: "#0b6b6b",
    font: FONT,
  }),
  dark: Object.freeze({
    dark: true,
    surface: "#171c20",
    text: "#e7ecef",
    muted: "#9ca8b2",
    grid: "#242c31",
    line: "#6b7883",
    accent: "#5cc9c1",
    font: FONT,
  }),
});

export function toneColour(tone: Tone, colours: ChartColours): string {
  return isFormatId(tone) ? FORMAT_MARKS[tone][colours.dark ? "dark" : "light"] : colours[tone];
}

/** As custom properties of a report, whose style sheet gives them (html-style.ts): it follows the reader's theme. */
export function toneVariable(tone: Tone): string {
  return isFormatId(tone) ? `var(--format-${tone})` : `var(--${tone})`;
}
