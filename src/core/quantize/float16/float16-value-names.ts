import { FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import { intAttribute, makeNode } from "#core/onnx/messages.ts";
import type { NodeProto } from "#core/onnx/proto/onnx.ts";
import type { TypedGraph, Value } from "./float16-types.ts";
import type { UniqueNames } from "../graph/unique-names.ts";

const SUFFIX: Readonly<Record<number, string>> = Object.freeze({ [FLOAT]: "fp32", [FLOAT16]: "fp16" });

/** How a float value of the old graph is found in the new one. */
interface NamedValue {
  readonly name: string;
  /** Element type that it is stored or computed in. */
  readonly type: number;
  /** Its Casts follow this node; without one, they open the graph. */
  readonly producer: NodeProto | null;
  readonly graph: TypedGraph;
}

/** The names of float values in the new graph, and the Casts between them: one for each value and type. */
export class ValueNames {
  readonly #names: UniqueNames;
  readonly #named = new Map<Value, NamedValue>();
  readonly #casts = new Map<NamedValue, Map<number, string>>();
  readonly #after = new Map<NodeProto | TypedGraph, NodeProto[]>();

  constructor(names: UniqueNames) {
    this.#names = names;
  }

  set(value: Value, named: NamedValue): void {
    this.#named.set(value, named);
  }

  /** Null for values that are not float. */
  get(value: Value): NamedValue | null {
    return this.#named.get(value) ?? null;
  }

  /** The name under which the value has a type; the Cast is made when it is asked for first. */
  as(value: Value, type: number): string {
    const named = this.#named.get(value);
    if (!named || named.type === type) return named?.name ?? value.name;
    return this.#casts.get(named)?.get(type) ?? this.cast(value, type, `${value.name}_${SUFFIX[type]}`);
  }

  /** Makes the Cast of a value to a type; `name` is made unique unless it is the value's own, which is free then. */
  cast(value: Value, type: number, name: string): string {
    const named = this.#named.get(value);
    if (!named) throw new Error(`"${value.name}" is no float`);
    const output = name === value.name ? name : this.#names.value(name);
    const nodeName = this.#names.node(`${value.name}_cast_to_${SUFFIX[type]}`);
    const node = makeNode("Cast", nodeName, [named.name], [output], [intAttribute("to", type)]);
    const place = named.producer ?? named.graph;
    this.#after.set(place, [...(this.#after.get(place) ?? []), node]);
    this.#casts.set(named, new Map(this.#casts.get(named)).set(type, output));
    return output;
  }

  /** The Casts to put after a node, or at the start of a graph. */
  castsAfter(place: NodeProto | TypedGraph): readonly NodeProto[] {
    return this.#after.get(place) ?? [];
  }
}
