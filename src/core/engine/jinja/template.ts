/** Chat templates as transformers renders them: Jinja with its sandbox, loop controls, and functions of its own. */
import { bind } from "./bind.ts";
import { renderNodes } from "./evaluate.ts";
import { parseTemplate } from "./nodes.ts";
import { strftime } from "./strftime.ts";
import {
  Attributes,
  Callable,
  Dict,
  iterate,
  type Keywords,
  Namespace,
  Range,
  sequence,
  TemplateError,
  text,
  unsupported,
  type Value,
  wholeNumber,
} from "./values.ts";

/** Of Jinja's sandbox. */
const LONGEST_RANGE = 100_000;

/** JSON, as a template is given it. */
export type Given = null | boolean | number | string | readonly Given[] | { readonly [name: string]: Given };

/** @throws TemplateError, or the parser's own, for what is no template or not supported */
export function compileTemplate(
  source: string,
  now: () => Date = () => new Date(),
): (given: Record<string, Given>) => string {
  const nodes = parseTemplate(source);
  return (given) => {
    const names = Object.entries(given).map(([name, value]) => [name, valueOf(value)] as const);
    return renderNodes(nodes, [...globals(now), ...names]);
  };
}

function valueOf(given: Given): Value {
  if (typeof given === "number") return Number.isInteger(given) ? BigInt(given) : given;
  if (typeof given !== "object" || given === null) return given;
  if (Array.isArray(given)) return (given as readonly Given[]).map(valueOf);
  return new Dict(Object.entries(given).map(([key, value]) => [key, valueOf(value)] as const));
}

function globals(now: () => Date): [string, Value][] {
  const functions: Readonly<Record<string, (args: readonly Value[], keywords: Keywords) => Value>> = {
    range,
    dict: (args, keywords) => new Dict([...args.flatMap(pairs), ...keywords]),
    namespace: (args, keywords) => {
      const made = new Namespace();
      for (const [key, value] of [...args.flatMap(pairs), ...keywords]) {
        const name = text(key);
        if (name.startsWith("_")) throw new TemplateError(`a namespace cannot hold '${name}'`);
        made.attributes.set(name, value);
      }
      return made;
    },
    raise_exception: (args, keywords) => {
      throw new TemplateError(text(bind(args, keywords, [["message"]])[0]!));
    },
    strftime_now: (args, keywords) => strftime(text(bind(args, keywords, [["format"]])[0]!), now()),
    cycler: (args) => new Cycler(args),
    joiner: (args, keywords) => {
      const [separator] = bind(args, keywords, [["sep", ", "]]);
      let used = false;
      return new Callable("joiner", () => {
        const joint = used ? separator! : "";
        used = true;
        return joint;
      });
    },
    lipsum: () => unsupported("lipsum"),
  };
  return Object.entries(functions).map(([name, call]) => [name, new Callable(name, call)]);
}

function range(args: readonly Value[]): Value {
  const [first, second, third] = args.map((arg) => wholeNumber(arg, "range()'s argument"));
  if (first === undefined || args.length > 3) throw new TemplateError("range() takes one to three arguments");
  const made = second === undefined ? new Range(0, first, 1) : new Range(first, second, third ?? 1);
  if (made.step === 0) throw new TemplateError("range() arg 3 must not be zero");
  if (made.length > LONGEST_RANGE) {
    throw new TemplateError(`Range too big. The sandbox blocks ranges larger than MAX_RANGE (${LONGEST_RANGE}).`);
  }
  return made;
}

function pairs(value: Value): (readonly [Value, Value])[] {
  if (value instanceof Dict) return value.entries();
  return [...iterate(value)].map((each) => {
    const [key, item, ...more] = sequence(each) ?? [];
    if (key === undefined || item === undefined || more.length > 0) throw new TemplateError("dict() takes pairs");
    return [key, item] as const;
  });
}

class Cycler extends Attributes {
  readonly #items: readonly Value[];
  #at = 0;
  constructor(items: readonly Value[]) {
    super();
    if (items.length === 0) throw new TemplateError("at least one item has to be provided");
    this.#items = items;
  }
  override attribute(name: string): Value | undefined {
    switch (name) {
      case "current":
        return this.#items[this.#at]!;
      case "next":
        return new Callable(name, () => {
          const item = this.#items[this.#at]!;
          this.#at = (this.#at + 1) % this.#items.length;
          return item;
        });
      case "reset":
        return new Callable(name, () => {
          this.#at = 0;
          return null;
        });
      default:
        return undefined;
    }
  }
}
