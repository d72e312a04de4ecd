import { FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import { intAttribute, makeNode } from "#core/onnx/messages.ts";
import type { NodeProto } from "#core/onnx/proto/onnx.ts";
import type { TypedGraph, Value } from "./float16-types.ts";
import type { UniqueNames } from "../graph/unique-names.ts";

const SUFFIX: Readonly<Record<number, string>> = Object.freeze({ [FLOAT]: "fp32", [FLOAT16]: "fp16" });

/** How a float value of the old graph is found in the new one. */
interface Spelling {
  readonly name: string;
  /** Element type that it is stored or computed in. */
  readonly type: number;
  /** Its Casts follow this node; without one, they open the graph. */
  readonly producer: NodeProto | null;
  readonly graph: TypedGraph;
}

/** The names of float values in the new graph, and the Casts between them: one for each value and type. */
export class Spellings {
  readonly #names: UniqueNames;
  readonly #spellings = new Map<Value, Spelling>();
  readonly #casts = new Map<Spelling, Map<number, string>>();
  readonly #behind = new Map<NodeProto | TypedGraph, NodeProto[]>();

  constructor(names: UniqueNames) {
    this.#names = names;
  }

  set(value: Value, spelling: Spelling): void {
    this.#spellings.set(value, spelling);
  }

  /** Null for values that are not float. */
  get(value: Value): Spelling | null {
    return this.#spellings.get(value) ?? null;
  }

  /** The name under which the value has a type; the Cast is made when it is asked for first. */
  as(value: Value, type: number): string {
    const spelling = this.#spellings.get(value);
    if (!spelling || spelling.type === type) return spelling?.name ?? value.name;
    return this.#casts.get(spelling)?.get(type) ?? this.cast(value, type, `${value.name}_${SUFFIX[type]}`);
  }

  /** Makes the Cast of a value to a type; `name` is made unique unless it is the value's own, which is free then. */
  cast(value: Value, type: number, name: string): string {
    const spelling = this.#spellings.get(value);
    if (!spelling) throw new Error(`"${value.name}" is no float`);
    const output = name === value.name ? name : this.#names.value(name);
    const nodeName = this.#names.node(`${value.name}_cast_to_${SUFFIX[type]}`);
    const node = makeNode("Cast", nodeName, [spelling.name], [output], [intAttribute("to", type)]);
    const place = spelling.producer ?? spelling.graph;
    this.#behind.set(place, [...(this.#behind.get(place) ?? []), node]);
    this.#casts.set(spelling, new Map(this.#casts.get(spelling)).set(type, output));
    return output;
  }

  /** The Casts to put after a node, or at the start of a graph. */
  castsBehind(place: NodeProto | TypedGraph): readonly NodeProto[] {
    return this.#behind.get(place) ?? [];
  }
}
