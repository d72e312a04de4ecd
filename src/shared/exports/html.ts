/**
 * A run as one HTML file: verdicts, tables, charts, texts, method and environment. It names nothing outside itself and needs no
 * script, so that it opens the same in ten years, from a mail or a stick; the policy in its head forbids everything else.
 */
import type { Results } from "../results.ts";
import { chartSvg } from "../charts/drawing/chart-svg.ts";
import type { StaticChart } from "../charts/drawing/drawing.ts";
import { PALETTES, toneVariable } from "../charts/palette.ts";
import { askedText } from "../verdict/question-notes.ts";
import { costTable, qualityTable, type Table } from "../tables/summary-table.ts";
import { skippedNotes } from "../tables/skipped-notes.ts";
import { judgedBy } from "../verdict/verdict.ts";
import { wordsNotes, wordsTable } from "../tables/words-table.ts";
import { aboutLine, environmentRows } from "./about.ts";
import { decisionPictures, reportCharts } from "../charts/report-charts.ts";
import { escapeHtml } from "../escape-html.ts";
import { REPORT_STYLE } from "./html-style.ts";
import { METHOD } from "./method.ts";

/** Generated texts shown, and how much of each: the file is a report, the JSON beside it has them all. */
const SHOWN_PROMPTS = 6;
const SHOWN_CHARACTERS = 1500;
/** Pixels. */
const CHART_WIDTH = 840;

export function reportHtml(results: Results): string {
  const { run } = results;
  const title = escapeHtml(`${run.name}: Quantscope report`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<header><h1>${escapeHtml(run.name)}</h1><p class="muted">${escapeHtml(aboutLine(results))}</p></header>
<main>
${section("Verdict", [...decisionPictures(results).map(figure), verdicts(results)].join("\n"))}
${section("Cost", tableHtml(costTable(results)))}
${section("Quality", quality(results))}
${section("Writing", writing(results))}
${section("Charts", reportCharts(results).map(figure).join("\n"))}
${section("Generated texts", texts(results))}
${section("Not run", skippedNotes(results).map(muted).join("\n"))}
${section("Files", tableHtml(filesTable(results), "scroll names"))}
${section("Method", METHOD.map((text) => `<p>${escapeHtml(text)}</p>`).join("\n"))}
${section("Environment", factsHtml(environmentRows(results)))}
</main>
</body>
</html>
`;
}

function section(title: string, content: string): string {
  return content === "" ? "" : `<section><h2>${escapeHtml(title)}</h2>\n${content}</section>`;
}

function verdicts(results: Results): string {
  const { comparisons, cells } = results;
  const cards = comparisons.map(({ candidate, verdict }) => {
    const reasons = verdict.reasons.map((reason) => `<li>${escapeHtml(reason)}</li>`).join("");
    const list = reasons === "" ? "" : `<ul>${reasons}</ul>`;
    return `<div class="verdict"><b>${escapeHtml(candidate)}: ${verdict.answer}</b><p>${escapeHtml(verdict.sentence)}</p>${list}</div>`;
  });
  const failures = cells.flatMap(({ label, error }) =>
    error ? [`<p>${escapeHtml(`${label}: ${error.message}`)} <small>${error.code}</small></p>`] : [],
  );
  const nothing = cards.length === 0 ? ["<p>One cell alone: nothing to compare it with.</p>"] : [];
  const by = cards.length === 0 ? [] : [`<p class="muted">${escapeHtml(judgedBy(results))}</p>`];
  return [...cards, ...by, ...nothing, ...failures].join("\n");
}

/** What accuracies rest on stands with them. */
function quality(results: Results): string {
  const table = tableHtml(qualityTable(results));
  const asked = askedText(results);
  return table === "" || asked === null ? table : `<p>${escapeHtml(`Asked: ${asked}.`)}</p>\n${table}`;
}

/** @param kind `names` where most of it is words: on paper they may break anywhere, numbers never */
function tableHtml({ header, units, rows }: Table, kind: "scroll" | "scroll names" = "scroll"): string {
  if (header.length < 2) return "";
  const heads = header.map((name, column) => {
    const unit = units[column] ?? "";
    return `<th>${escapeHtml(name)}${unit === "" ? "" : `<small>${escapeHtml(unit)}</small>`}</th>`;
  });
  const body = rows.map((row) => `<tr>${row.map((text) => `<td>${escapeHtml(text)}</td>`).join("")}</tr>`);
  return `<div class="${kind}"><table><thead><tr>${heads.join("")}</tr></thead><tbody>${body.join("\n")}</tbody></table></div>`;
}

function writing(results: Results): string {
  return [tableHtml(wordsTable(results)), ...wordsNotes(results).map(muted)].join("\n").trim();
}

function muted(text: string): string {
  return `<p class="muted">${escapeHtml(text)}</p>`;
}

function filesTable({ cells }: Results): Table {
  return {
    header: ["cell", "file", "bits a weight", "SHA-256", "nodes ran on"],
    units: ["", "", "", "", ""],
    rows: cells.map(({ label, file, bitsPerWeight, sha256, placement }) => [
      label,
      file.split(/[\\/]/).at(-1) ?? file,
      bitsPerWeight === null ? "–" : bitsPerWeight.toFixed(2),
      sha256.slice(0, 16),
      Object.entries(placement)
        .map(([provider, nodes]) => `${provider} ${nodes}`)
        .join(", ") || "–",
    ]),
  };
}

function figure(chart: StaticChart): string {
  const caption = `<figcaption>${escapeHtml(chart.note)}</figcaption>`;
  const svg = chartSvg(chart, toneVariable, PALETTES.light.font, CHART_WIDTH);
  return `<figure><h3>${escapeHtml(chart.title)}</h3>${caption}${svg}</figure>`;
}

function texts({ cells }: Results): string {
  const first = cells.find(({ generations }) => generations.length > 0);
  const prompts = (first?.generations ?? []).slice(0, SHOWN_PROMPTS);
  return prompts
    .map(({ promptId, prompt }) => {
      const columns = cells.flatMap(({ label, generations }) => {
        const own = generations.find((each) => each.promptId === promptId);
        return own ? [`<div><b>${escapeHtml(label)}</b><pre>${escapeHtml(cut(own.text))}</pre></div>`] : [];
      });
      return `<h3>${escapeHtml(cut(prompt))}</h3><div class="texts">${columns.join("")}</div>`;
    })
    .join("\n");
}

function cut(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)} …`;
}

function factsHtml(rows: readonly (readonly [string, string])[]): string {
  const body = rows.map(([name, value]) => `<tr><td>${escapeHtml(name)}</td><td>${escapeHtml(value)}</td></tr>`);
  return `<table class="facts"><tbody>${body.join("\n")}</tbody></table>`;
}
