/** Colours of what leaves the window: the values of tokens.css, which a test compares, in both themes. */
import type { ChartColours } from "./plot/settings.ts";

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
