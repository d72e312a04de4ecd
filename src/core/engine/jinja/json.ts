/** Python's json.dumps, which transformers gives templates as `tojson`. */
import { bind } from "./bind.ts";
import {
  Dict,
  floatText,
  isList,
  type Keywords,
  less,
  Markup,
  sequence,
  TemplateError,
  truthy,
  Tuple,
  typeName,
  type Value,
  wholeNumber,
} from "./values.ts";

export function toJson(value: Value, args: readonly Value[], keywords: Keywords): string {
  const [ascii, indent, separators, sort] = bind(args, keywords, [
    ["ensure_ascii", false],
    ["indent", null],
    ["separators", null],
    ["sort_keys", false],
  ]) as [Value, Value, Value, Value];
  const given = separators === null ? null : sequence(separators)?.map(String);
  const [comma, colon] = given ?? [indent === null ? ", " : ",", ": "];
  if (comma === undefined || colon === undefined) throw new TemplateError("separators are two texts");
  const step = indent === null ? null : typeof indent === "string" ? indent : " ".repeat(wholeNumber(indent, "indent"));
  return new Writer(truthy(ascii), step, comma, colon, truthy(sort)).write(value, "");
}

class Writer {
  readonly #ascii: boolean;
  readonly #step: string | null;
  readonly #comma: string;
  readonly #colon: string;
  readonly #sort: boolean;

  constructor(ascii: boolean, step: string | null, comma: string, colon: string, sort: boolean) {
    this.#ascii = ascii;
    this.#step = step;
    this.#comma = comma;
    this.#colon = colon;
    this.#sort = sort;
  }

  write(value: Value, indentation: string): string {
    if (typeof value === "string") return this.#text(value);
    if (value instanceof Markup) return this.#text(value.text);
    const simple = simpleText(value);
    if (simple !== null) return simple;
    const inner = this.#step === null ? "" : indentation + this.#step;
    const items = isList(value) ? value : value instanceof Tuple ? value.items : null;
    if (items)
      return this.#joined(
        "[",
        items.map((item) => this.write(item, inner)),
        "]",
        indentation,
      );
    if (!(value instanceof Dict)) throw new TemplateError(`Object of type ${typeName(value)} is not JSON serializable`);
    const entries = value.entries();
    if (this.#sort) entries.sort(([a], [b]) => (less(a, b) ? -1 : less(b, a) ? 1 : 0));
    const fields = entries.map(([key, item]) => this.#text(keyText(key)) + this.#colon + this.write(item, inner));
    return this.#joined("{", fields, "}", indentation);
  }

  #joined(open: string, parts: readonly string[], close: string, indentation: string): string {
    if (parts.length === 0) return open + close;
    if (this.#step === null) return open + parts.join(this.#comma) + close;
    const line = `\n${indentation}${this.#step}`;
    return `${open}${line}${parts.join(this.#comma + line)}\n${indentation}${close}`;
  }

  #text(value: string): string {
    const quoted = JSON.stringify(value).replace(/\\u(d[89a-f][\da-f]{2})/g, (whole, code: string) =>
      this.#ascii ? whole : String.fromCharCode(parseInt(code, 16)),
    );
    if (!this.#ascii) return quoted;
    return quoted.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  }
}

function simpleText(value: Value): string | null {
  if (value === null) return "null";
  if (typeof value === "boolean") return String(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "number") return null;
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? floatText(value) : value < 0 ? "-Infinity" : "Infinity";
}

function keyText(key: Value): string {
  if (typeof key === "string") return key;
  const simple = simpleText(key);
  if (simple === null) throw new TemplateError(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
  return simple;
}
