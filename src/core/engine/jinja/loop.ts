import { Attributes, Callable, equal, lengthOf, Once, TemplateError, Undefined, type Value } from "./values.ts";

const NOTHING = Symbol("nothing");

/** `loop`. It looks ahead only when it is asked to, as Jinja's does: a loop's filter may depend on what its body does. */
export class Loop extends Attributes {
  readonly #source: Value;
  #iterator: Iterator<Value>;
  #index = -1;
  #before: Value | typeof NOTHING = NOTHING;
  #current: Value | typeof NOTHING = NOTHING;
  #after: Value | typeof NOTHING = NOTHING;
  #length: number | null = null;
  #changed: readonly Value[] | null = null;

  constructor(source: Value, items: Iterable<Value>) {
    super();
    this.#source = source;
    this.#iterator = items[Symbol.iterator]();
  }

  /** The next item; undefined after the last. */
  next(): Value | undefined {
    const item = this.#peek();
    if (item === NOTHING) return undefined;
    this.#after = NOTHING;
    this.#index++;
    this.#before = this.#current;
    this.#current = item;
    return item;
  }

  #peek(): Value | typeof NOTHING {
    if (this.#after === NOTHING) {
      const { done, value } = this.#iterator.next() as IteratorResult<Value, undefined>;
      this.#after = done ? NOTHING : value;
    }
    return this.#after;
  }

  #count(): number {
    if (this.#length !== null) return this.#length;
    const known = this.#source instanceof Once ? null : lengthOf(this.#source);
    if (known !== null) return (this.#length = known);
    const ahead = this.#after === NOTHING ? [] : [this.#after];
    const rest = [...{ [Symbol.iterator]: () => this.#iterator }];
    this.#iterator = rest[Symbol.iterator]();
    return (this.#length = this.#index + 1 + ahead.length + rest.length);
  }

  override attribute(name: string): Value | undefined {
    const item = (value: Value | typeof NOTHING, which: string): Value =>
      value === NOTHING ? new Undefined(`there is no ${which} item`) : value;
    switch (name) {
      case "index":
        return BigInt(this.#index + 1);
      case "index0":
        return BigInt(this.#index);
      case "first":
        return this.#index === 0;
      case "last":
        return this.#peek() === NOTHING;
      case "length":
        return BigInt(this.#count());
      case "revindex":
        return BigInt(this.#count() - this.#index);
      case "revindex0":
        return BigInt(this.#count() - this.#index - 1);
      case "previtem":
        return item(this.#before, "previous");
      case "nextitem":
        return item(this.#peek(), "next");
      case "depth":
        return 1n;
      case "depth0":
        return 0n;
      case "cycle":
        return new Callable("cycle", (args) => {
          if (args.length === 0) throw new TemplateError("no items for cycling given");
          return args[this.#index % args.length]!;
        });
      case "changed":
        return new Callable("changed", (args) => {
          const same =
            this.#changed?.length === args.length && args.every((each, at) => equal(each, this.#changed![at]!));
          this.#changed = [...args];
          return !same;
        });
      default:
        return undefined;
    }
  }
}
