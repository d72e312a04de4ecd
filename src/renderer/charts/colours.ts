import { isFormatId } from "#shared/formats/formats.ts";
import type { Tone } from "#shared/charts/drawing/pen.ts";
import type { ChartColours } from "#shared/charts/palette.ts";

/** What `tokens.css` says just now, read through a probe: the value of a custom property itself is not a colour yet. */
export function readColours(element: HTMLElement, dark: boolean): ChartColours {
  const probe = document.createElement("span");
  element.append(probe);
  const colour = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    dark,
    surface: colour("--surface"),
    text: colour("--text"),
    muted: colour("--text-muted"),
    grid: colour("--grid"),
    line: colour("--line-control"),
    accent: colour("--accent"),
    font: getComputedStyle(element).fontFamily,
  };
  probe.remove();
  return colours;
}

const PROPERTIES: Readonly<Record<string, string>> = { muted: "--text-muted", line: "--line-control" };

/** As a custom property of `tokens.css`: a drawing follows the theme by itself. */
export function toneProperty(tone: Tone): string {
  return `var(${isFormatId(tone) ? `--format-${tone}` : (PROPERTIES[tone] ?? `--${tone}`)})`;
}
