export interface CsvRow {
  readonly cells: readonly string[];
  /** Line of the file on which the row starts, from 1. */
  readonly line: number;
}

/** The field that ends with the file in it. */
export class UnclosedQuote extends Error {
  /** On which its row starts. */
  readonly line: number;

  constructor(line: number) {
    super("a quoted field is never closed");
    this.line = line;
  }
}

/**
 * Rows of comma-separated text as Python's csv module and pandas read them: lines end with LF, CRLF or CR, one kind beside the
 * other; a quote opens a field only at its start, and is a character elsewhere; inside, two stand for one. Empty lines
 * are no rows.
 * @throws UnclosedQuote where Python would take the rest of the file for one field
 */
export function csvRows(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const start = line;
    const cells: string[] = [];
    for (;;) {
      const field = text[at] === '"' ? quoted(text, at, start) : plain(text, at);
      cells.push(field.value);
      ({ at, line } = { at: field.at, line: line + field.lines });
      if (text[at] !== ",") break;
      at += 1;
    }
    if (cells.length > 1 || cells[0] !== "") rows.push({ cells, line: start });
    if (text[at] === "\r" && text[at + 1] === "\n") at += 1;
    at += 1;
    line += 1;
  }
  return rows;
}

interface Field {
  readonly value: string;
  /** Where the comma, the line end or the end of the text stands. */
  readonly at: number;
  /** Line ends inside. */
  readonly lines: number;
}

const END = /[,\r\n]/g;

function plain(text: string, from: number): Field {
  END.lastIndex = from;
  const at = END.exec(text)?.index ?? text.length;
  return { value: text.slice(from, at), at, lines: 0 };
}

/** What stands after the closing quote belongs to the field: Python takes `"a"b` for `ab`. */
function quoted(text: string, from: number, rowLine: number): Field {
  let value = "";
  for (let at = from + 1; ;) {
    const close = text.indexOf('"', at);
    if (close < 0) throw new UnclosedQuote(rowLine);
    value += text.slice(at, close);
    if (text[close + 1] === '"') {
      value += '"';
      at = close + 2;
      continue;
    }
    const rest = plain(text, close + 1);
    return { value: value + rest.value, at: rest.at, lines: lineEnds(text.slice(from, close)) };
  }
}

function lineEnds(text: string): number {
  return text.match(/\r\n|\r|\n/g)?.length ?? 0;
}
