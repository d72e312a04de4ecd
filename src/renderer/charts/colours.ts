import type { ChartColours } from "#shared/charts/plot/settings.ts";

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
