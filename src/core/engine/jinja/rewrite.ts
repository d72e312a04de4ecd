/**
 * Rewrites tokens where the library's parser reads them otherwise than Jinja's: tests become filters (it knows no arguments
 * of tests, and Jinja binds both alike), parentheses calls (it forgets them, and with them where a chain of comparisons
 * ends and which lists are tuples), and `generation` a call block. What it would take and Jinja refuses is refused.
 */
import { GROUP, type Token } from "./lex.ts";
import { TemplateError, unsupported } from "./values.ts";

/** Names that no template can write. */
export const TUPLE = "(tuple)";
export const BLOCK = "(block)";
const FILTERED = "(filtered)";
export const TEST = "is ";
export const NEGATED_TEST = "is not ";

const KEYWORDS = new Set(["and", "or", "not", "in", "is", "if", "else", "elif"]);
const OPENING: Readonly<Record<string, string>> = {
  OpenParen: "CloseParen",
  OpenSquareBracket: "CloseSquareBracket",
  OpenCurlyBracket: "CloseCurlyBracket",
};

export function rewrite(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  for (let at = 0; at < tokens.length;) {
    const token = tokens[at]!;
    if (token.type !== "OpenStatement" && token.type !== "OpenExpression") {
      out.push(token);
      at++;
      continue;
    }
    const end = tokens.findIndex(({ type }, index) => index > at && /^Close(Statement|Expression)$/.test(type));
    const inner = tokens.slice(at + 1, end);
    out.push(token, ...(token.type === "OpenStatement" ? statement(inner) : listed(inner)), tokens[end]!);
    if (token.type === "OpenStatement" && inner[0]?.value === "endfilter") out.push(...written(FILTERED));
    at = end + 1;
  }
  return out;
}

function statement(tokens: readonly Token[]): Token[] {
  const [name, ...rest] = tokens;
  switch (name?.value) {
    case "generation":
      return [word("call"), word(BLOCK), open(), close(), ...rest];
    case "with":
      return [word("call"), ...withNames(rest)];
    case "endgeneration":
    case "endwith":
      return [word("endcall"), ...rest];
    // The library knows one filter there, Jinja a chain of them.
    case "filter":
      return [word("set"), word(FILTERED), { type: "Pipe", value: "|" }, ...expression(rest)];
    case "endfilter":
      return [word("endset"), ...rest];
    case "for": {
      const split = rest.findIndex(({ value }) => value === "in");
      if (split < 0) return [name, ...rest];
      const source = rest.slice(split + 1);
      const test = topLevel(source).find((token) => isKeyword(token, "if"));
      const items = test ? source.slice(0, source.indexOf(test)) : source;
      const filter = test ? source.slice(source.indexOf(test)) : [];
      if (isKeyword(source.at(-1), "recursive")) return unsupported("a recursive loop");
      refuseElse(source);
      return [name, ...unwrapped(rest.slice(0, split)), word("in"), ...listed(items), ...expression(filter)];
    }
    case "set": {
      const equals = topLevel(rest).find(({ type }) => type === "Equals");
      const split = equals === undefined ? -1 : rest.indexOf(equals);
      if (split < 0) return [name, ...expression(rest)];
      return [name, ...unwrapped(rest.slice(0, split)), rest[split]!, ...listed(rest.slice(split + 1))];
    }
    // Their first parentheses hold parameters, of which defaults alone are expressions.
    case "macro":
      return [name, ...rest.slice(0, 1), ...expression(rest.slice(1), true)];
    case "call":
      return [name, ...expression(rest, true)];
    case "autoescape":
    case "block":
      return unsupported(`the tag '${name.value}'`);
    case undefined:
      throw new TemplateError("a tag is empty");
    default:
      return [name!, ...expression(rest)];
  }
}

/** `a = 1, b = 2` as parameters and arguments of a block. */
function withNames(tokens: readonly Token[]): Token[] {
  const commas = topLevel(tokens).filter(({ type }) => type === "Comma");
  const ends = [...commas.map((comma) => tokens.indexOf(comma)), tokens.length];
  const pairs = ends.map((end, at) => tokens.slice(at === 0 ? 0 : ends[at - 1]! + 1, end));
  if (tokens.length === 0) return [word(BLOCK), open(), close()];
  if (pairs.some(([target, equals]) => target?.type !== "Identifier" || equals?.type !== "Equals")) {
    throw new TemplateError("`with` needs names and their values");
  }
  const joined = (parts: readonly (readonly Token[])[]): Token[] =>
    parts.flatMap((part, at) => (at === 0 ? part : [{ type: "Comma", value: "," }, ...part]));
  const names = joined(pairs.map(([target]) => [target!]));
  const values = joined(pairs.map((pair) => expression(pair.slice(2))));
  return [open(), ...names, close(), word(BLOCK), open(), ...values, close()];
}

/** With a comma it is a tuple. */
function listed(tokens: readonly Token[]): Token[] {
  const isTuple = topLevel(tokens).some(({ type }) => type === "Comma");
  return isTuple ? [word(TUPLE), open(), ...expression(tokens), close()] : expression(tokens);
}

/** `(a, b)` as a target is `a, b`. */
function unwrapped(tokens: readonly Token[]): readonly Token[] {
  const isWrapped = tokens[0]?.type === "OpenParen" && closing(tokens, 0) === tokens.length - 1;
  return isWrapped ? tokens.slice(1, -1) : tokens;
}

/** Jinja takes what follows `if` for the loop's filter; the library would choose between two lists. */
function refuseElse(tokens: readonly Token[]): void {
  if (topLevel(tokens).some(({ type, value }) => type === "Identifier" && value === "else")) {
    throw new TemplateError("`else` is not expected in `for ... if`");
  }
}

/** @param first whether its first parentheses are a list of arguments, whatever stands in front */
function expression(tokens: readonly Token[], first = false): Token[] {
  const out: Token[] = [];
  for (let at = 0; at < tokens.length;) {
    const token = tokens[at]!;
    const previous = first && at > 0 && at - 1 === closing(tokens, 0) ? undefined : tokens[at - 1];
    refuseAdjacent(previous, token);
    if (isKeyword(token, "is")) {
      at = test(tokens, at, out);
    } else if (token.type in OPENING) {
      const end = closing(tokens, at);
      const inner = tokens.slice(at + 1, end);
      const isGroup = token.type === "OpenParen" && !(first && at === 0) && !endsOperand(previous);
      if (isGroup) {
        const isTuple = inner.length === 0 || topLevel(inner).some(({ type }) => type === "Comma");
        out.push(word(isTuple ? TUPLE : GROUP));
      }
      refuseHoles(inner);
      out.push(token, ...expression(inner), tokens[end]!);
      at = end + 1;
    } else {
      out.push(token);
      at++;
    }
  }
  return out;
}

/** `x is [not] name argument` as `x | "is name"(argument)`. Returns where the rest begins. */
function test(tokens: readonly Token[], is: number, out: Token[]): number {
  const negated = isKeyword(tokens[is + 1], "not");
  const at = is + (negated ? 2 : 1);
  const name = tokens[at];
  if (name?.type !== "Identifier") throw new TemplateError("a test has no name");
  out.push({ type: "Pipe", value: "|" }, word((negated ? NEGATED_TEST : TEST) + name.value));
  const next = tokens[at + 1];
  if (next?.type === "OpenParen") {
    const end = closing(tokens, at + 1);
    out.push(next, ...expression(tokens.slice(at + 2, end)), tokens[end]!);
    return end + 1;
  }
  if (next === undefined || !startsOperand(next)) {
    // Jinja takes any other word for the test's argument, and fails after it.
    if (next?.type === "Identifier" && !["else", "or", "and"].includes(next.value)) {
      throw new TemplateError(`'${next.value}' is not expected after a test: put the test into parentheses`);
    }
    return at + 1;
  }
  const end = endOfOperand(tokens, at + 1);
  out.push(open(), ...expression(tokens.slice(at + 1, end)), close());
  return end;
}

/** After a primary expression and what is looked up or called of it. */
function endOfOperand(tokens: readonly Token[], start: number): number {
  const skip = (at: number): number => (tokens[at]!.type in OPENING ? closing(tokens, at) + 1 : at + 1);
  let at = skip(start);
  while (tokens[start]!.type === "StringLiteral" && tokens[at]?.type === "StringLiteral") at++;
  for (;;) {
    const type = tokens[at]?.type;
    if (type === "Dot") at += 2;
    else if (type === "OpenSquareBracket" || type === "OpenParen") at = skip(at);
    else return at;
  }
}

function closing(tokens: readonly Token[], opening: number): number {
  let depth = 0;
  for (let at = opening; at < tokens.length; at++) {
    const { type } = tokens[at]!;
    if (type in OPENING) depth++;
    else if (Object.values(OPENING).includes(type) && --depth === 0) return at;
  }
  throw new TemplateError(`'${tokens[opening]!.value}' is not closed`);
}

/** Those that stand in no parentheses. */
function topLevel(tokens: readonly Token[]): Token[] {
  const found: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at]!.type in OPENING) at = closing(tokens, at);
    else found.push(tokens[at]!);
  }
  return found;
}

/** The library's parser takes lists without commas. */
function refuseAdjacent(previous: Token | undefined, token: Token): void {
  const strings = previous?.type === "StringLiteral" && token.type === "StringLiteral";
  if (!endsOperand(previous) || strings) return;
  if (token.type === "Identifier" ? !KEYWORDS.has(token.value) : /Literal$|^OpenCurlyBracket$/.test(token.type)) {
    throw new TemplateError(`'${token.value}' is not expected after '${previous!.value}'`);
  }
}

function refuseHoles(inner: readonly Token[]): void {
  const commas =
    topLevel(inner).length > 0 &&
    inner.some(({ type }, at) => type === "Comma" && (inner[at - 1]?.type ?? "Comma") === "Comma");
  if (commas) throw new TemplateError("',' is not expected");
}

function startsOperand(token: Token): boolean {
  if (token.type === "Identifier") return !KEYWORDS.has(token.value);
  return /Literal$|^Open(Square|Curly)Bracket$/.test(token.type);
}

function endsOperand(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.type === "Identifier") return !KEYWORDS.has(token.value);
  return /Literal$|^Close/.test(token.type);
}

function isKeyword(token: Token | undefined, name: string): boolean {
  return token?.type === "Identifier" && token.value === name;
}

function written(name: string): Token[] {
  return [{ type: "OpenExpression", value: "{{" }, word(name), { type: "CloseExpression", value: "}}" }];
}

const word = (value: string): Token => ({ type: "Identifier", value });
const open = (): Token => ({ type: "OpenParen", value: "(" });
const close = (): Token => ({ type: "CloseParen", value: ")" });
