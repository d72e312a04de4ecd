/** The report's pages on paper, as Electron's and Chromium's printing take it: A4, its name on top, page numbers below. */

const LINE = "width:100%;margin:0 12mm;font:7pt sans-serif;color:#55606b;display:flex;justify-content:space-between";

export const PAPER = Object.freeze({
  size: "A4",
  /** Inches. The header and footer stand in the upper and lower one. */
  margins: Object.freeze({ top: 0.6, bottom: 0.6, left: 0.47, right: 0.47 }),
  /** Chromium fills in elements of these classes; the title is the document's, as text. */
  header: `<div style="${LINE}"><span class="title"></span></div>`,
  footer:
    `<div style="${LINE}"><span>Quantscope</span>` +
    `<span>page <span class="pageNumber"></span> of <span class="totalPages"></span></span></div>`,
});
