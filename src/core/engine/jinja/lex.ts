/**
 * A template's source as tokens. The library's own lexer is not used: it knows neither Jinja's line ends and its rules of white
 * space nor Python's string escapes, and it cuts `generation` tags out by a pattern.
 */
import { TemplateError } from "./values.ts";

/** A function that no template can name: it gives what stands in its parentheses (rewrite.ts). */
export const GROUP = "(group)";

/** As the library's parser wants them. */
export interface Token {
  readonly type: string;
  readonly value: string;
}

/** Python's white space. */
const SPACE = String.raw`[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;
const SPACES = new RegExp(`${SPACE}*`, "y");
const ENDING_SPACES = new RegExp(`${SPACE}+$`);
const ONLY_SPACES = new RegExp(`^${SPACE}+$`);

const RAW = new RegExp(`\\{%[-+]?${SPACE}*raw${SPACE}*(-?)%\\}`, "y");
const END_OF_RAW = new RegExp(`\\{%([-+]?)${SPACE}*endraw${SPACE}*([-+]?)%\\}`, "g");

export function tokenize(template: string): Token[] {
  // Each line end is \n, and the last of all is dropped.
  return new Lexer(template.replace(/\r\n?/g, "\n").replace(/\n$/, "")).tokens();
}

class Lexer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  /** Whether the text begins a line: what stood in front of it was a line end, or nothing. */
  #startsLine = true;

  constructor(source: string) {
    this.#source = source;
  }

  tokens(): Token[] {
    for (;;) {
      const begin = this.#source.slice(this.#at).search(/\{[{%#]/);
      if (begin < 0) break;
      const start = this.#at + begin;
      const kind = this.#source[start + 1]!;
      const sign = this.#source[start + 2]!;
      this.#text(this.#source.slice(this.#at, start), sign, kind !== "{");
      this.#at = start;
      RAW.lastIndex = start;
      const raw = RAW.exec(this.#source);
      if (raw) this.#raw(raw);
      else {
        this.#at = start + 2 + (sign === "-" || sign === "+" ? 1 : 0);
        if (kind === "#") this.#comment();
        else this.#tag(kind);
      }
    }
    this.#text(this.#source.slice(this.#at), "", false);
    return this.#tokens;
  }

  /** @param sign of the tag after it. `lstrip`: a tag's indentation at a line's start is dropped. */
  #text(text: string, sign: string, lstrip: boolean): void {
    let kept = text;
    if (sign === "-") kept = text.replace(ENDING_SPACES, "");
    else if (sign !== "+" && lstrip) {
      const line = text.lastIndexOf("\n") + 1;
      if ((line > 0 || this.#startsLine) && ONLY_SPACES.test(text.slice(line))) kept = text.slice(0, line);
    }
    if (kept !== "") this.#push("Text", kept);
    this.#startsLine = false;
  }

  /** After a tag: its sign and its second half. `trim`: a line end after it is dropped. */
  #end(sign: string, trim: boolean): void {
    const from = this.#at;
    if (sign === "-") this.#skipSpaces();
    else if (sign !== "+" && trim && this.#source[this.#at] === "\n") this.#at++;
    this.#startsLine = this.#at > from && this.#source[this.#at - 1] === "\n";
  }

  #skipSpaces(): void {
    SPACES.lastIndex = this.#at;
    this.#at += SPACES.exec(this.#source)![0].length;
  }

  #raw(begin: RegExpExecArray): void {
    this.#at = begin.index + begin[0].length;
    this.#end(begin[1]!, false);
    END_OF_RAW.lastIndex = this.#at;
    const end = END_OF_RAW.exec(this.#source);
    if (!end) throw new TemplateError("Missing end of raw directive");
    this.#text(this.#source.slice(this.#at, end.index), end[1]!, true);
    this.#at = end.index + end[0].length;
    this.#end(end[2]!, true);
  }

  #comment(): void {
    const end = this.#source.indexOf("#}", this.#at);
    if (end < 0) throw new TemplateError("Missing end of comment tag");
    const sign = /[-+]$/.exec(this.#source.slice(this.#at, end))?.[0] ?? "";
    this.#at = end + 2;
    this.#end(sign, true);
  }

  #tag(kind: string): void {
    const isBlock = kind === "%";
    const end = isBlock ? /[-+]?%\}/y : /-?\}\}/y;
    this.#push(isBlock ? "OpenStatement" : "OpenExpression", kind === "%" ? "{%" : "{{");
    let depth = 0;
    for (;;) {
      this.#skipSpaces();
      end.lastIndex = this.#at;
      const ended = depth === 0 ? end.exec(this.#source) : null;
      if (ended) {
        this.#at += ended[0].length;
        this.#push(isBlock ? "CloseStatement" : "CloseExpression", isBlock ? "%}" : "}}");
        this.#end(ended[0].length === 3 ? ended[0][0]! : "", isBlock);
        return;
      }
      const token = this.#expression();
      if ("([{".includes(token)) depth++;
      if (")]}".includes(token) && --depth < 0) throw new TemplateError(`unexpected '${token}'`);
    }
  }

  /** One token of an expression; returns its text. */
  #expression(): string {
    for (const [pattern, make] of EXPRESSION) {
      pattern.lastIndex = this.#at;
      const found = pattern.exec(this.#source)?.[0];
      if (found === undefined) continue;
      this.#at += found.length;
      this.#tokens.push(...make(found));
      return found;
    }
    const character = this.#source[this.#at];
    throw new TemplateError(character === undefined ? "unexpected end of template" : `unexpected char '${character}'`);
  }

  #push(type: string, value: string): void {
    this.#tokens.push({ type, value });
  }
}

const OPERATORS: Readonly<Record<string, string>> = {
  "(": "OpenParen",
  ")": "CloseParen",
  "{": "OpenCurlyBracket",
  "}": "CloseCurlyBracket",
  "[": "OpenSquareBracket",
  "]": "CloseSquareBracket",
  ",": "Comma",
  ".": "Dot",
  ":": "Colon",
  "|": "Pipe",
  "=": "Equals",
  "+": "AdditiveBinaryOperator",
  "-": "AdditiveBinaryOperator",
  "~": "AdditiveBinaryOperator",
  "*": "MultiplicativeBinaryOperator",
  "/": "MultiplicativeBinaryOperator",
  "//": "MultiplicativeBinaryOperator",
  "%": "MultiplicativeBinaryOperator",
  "**": "ExponentiationBinaryOperator",
};

const DIGITS = String.raw`\d(?:_?\d)*`;

/** In Jinja's order. A float, and an int that JavaScript cannot hold, is written as text with a filter that reads it. */
const EXPRESSION: readonly (readonly [RegExp, (found: string) => Token[]])[] = [
  [
    new RegExp(`(?<!\\.)${DIGITS}(?:(?:\\.${DIGITS})?e[+-]?${DIGITS}|\\.${DIGITS})`, "iy"),
    (found) => piped(found.replaceAll("_", ""), "float"),
  ],
  [
    /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy,
    (found) => {
      const value = BigInt(found.replaceAll("_", ""));
      return value <= Number.MAX_SAFE_INTEGER
        ? [{ type: "NumericLiteral", value: String(value) }]
        : piped(String(value), "int");
    },
  ],
  [/[\p{L}\p{N}\p{M}_]+/uy, (found) => [{ type: "Identifier", value: found }]],
  [
    /'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"/y,
    (found) => [{ type: "StringLiteral", value: unescape(found.slice(1, -1)) }],
  ],
  [/==|!=|<=|>=|<|>/y, (found) => [{ type: "ComparisonBinaryOperator", value: found }]],
  [/\*\*|\/\/|[-+/*%~[\](){}=.:|,]/y, (found) => [{ type: OPERATORS[found]!, value: found }]],
];

/** A number that JavaScript's own would not hold, as text that a filter reads. */
function piped(value: string, filter: string): Token[] {
  return [
    { type: "Identifier", value: GROUP },
    { type: "OpenParen", value: "(" },
    { type: "StringLiteral", value },
    { type: "Pipe", value: "|" },
    { type: "Identifier", value: filter },
    { type: "CloseParen", value: ")" },
  ];
}

const SIMPLE: Readonly<Record<string, string>> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** Python's escapes; what is none stays as it is written. */
function unescape(body: string): string {
  return body.replace(
    /\\(?:([0-7]{1,3})|(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))|([^]))/g,
    (whole, octal?: string, x?: string, u?: string, long?: string, other?: string) => {
      if (octal !== undefined) return String.fromCodePoint(parseInt(octal, 8));
      const hex = x ?? u ?? long;
      if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
      if (other !== undefined && "xuUN".includes(other)) throw new TemplateError(`the escape ${whole} cannot be read`);
      return SIMPLE[other ?? ""] ?? whole;
    },
  );
}
