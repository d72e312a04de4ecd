/** The style sheet of a report: the window's colours, light or dark as the reader's system is, and readable on paper. */
import { FORMAT_MARKS } from "../formats/marks.ts";
import { PALETTES } from "../charts/palette.ts";

function variables(theme: "light" | "dark"): string {
  const { surface, text, muted, grid, line, accent } = PALETTES[theme];
  const formats = Object.entries(FORMAT_MARKS).map(([id, mark]) => `--format-${id}:${mark[theme]}`);
  return [
    ...[`--surface:${surface}`, `--text:${text}`, `--muted:${muted}`],
    ...[`--grid:${grid}`, `--line:${line}`, `--accent:${accent}`],
    ...formats,
  ].join(";");
}

/**
 * On paper, whatever the screen's theme: dark on white, nothing cut at a page's end or at its side, a table's head on every page
 * that the table is on, no heading alone at the foot. Wide tables break their names, never a number, since paper does not scroll.
 */
const PRINT = `@media print{
:root{color-scheme:light;${variables("light")}}
body{max-width:none;padding:0;font-size:9.5pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
h1{font-size:16pt}h2{font-size:12.5pt;margin:16pt 0 6pt}h3{font-size:10pt}p{max-width:none}
h1,h2,h3,figcaption{break-after:avoid}
figure,.verdict,tr,svg{break-inside:avoid}
p,li,pre{orphans:3;widows:3}
thead{display:table-header-group}
.scroll,figure{overflow:visible}
table{width:100%;font-size:7pt;line-height:1.35}
th,td{padding:2pt 3pt;white-space:normal;overflow-wrap:break-word}
td:first-child,.names td{overflow-wrap:anywhere}
figure{margin:10pt 0}svg{display:block;max-height:200mm;margin:0 auto}
.texts{gap:8pt;font-size:8.5pt}
}`;

export const REPORT_STYLE = `
:root{color-scheme:light dark;${variables("light")}}
@media (prefers-color-scheme:dark){:root{${variables("dark")}}}
body{margin:0 auto;padding:24px;max-width:1080px;background:var(--surface);color:var(--text);font:14px/1.5 ${PALETTES.light.font};font-variant-numeric:tabular-nums}
h1{font-size:22px;margin:0 0 4px}h2{font-size:17px;margin:32px 0 8px}h3{font-size:14px;margin:0 0 2px}
p{margin:4px 0;max-width:80ch}.muted,figcaption,small{color:var(--muted)}
.verdict{border-left:4px solid var(--accent);padding:4px 12px;margin:12px 0}.verdict b{font-size:16px}
.verdict ul{margin:4px 0;padding-left:18px;color:var(--muted)}
.scroll{overflow-x:auto}table{border-collapse:collapse}th,td{padding:4px 10px;border-bottom:1px solid var(--grid);text-align:right;white-space:nowrap;vertical-align:top}
th:first-child,td:first-child{text-align:left}th small{display:block;font-weight:400}
.facts td{white-space:normal;text-align:left;overflow-wrap:anywhere}.facts td:first-child{white-space:nowrap;color:var(--muted)}
figure{margin:20px 0;overflow-x:auto}svg{max-width:100%;height:auto}
.texts{display:grid;grid-template-columns:repeat(auto-fit,minmax(220px,1fr));gap:12px}.texts pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:2px 0;font:inherit}
${PRINT}
`.trim();
