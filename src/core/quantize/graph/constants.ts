import { FLOAT } from "#core/onnx/data-types.ts";
import type { GraphProto, NodeProto, TensorProto } from "#core/onnx/proto/onnx.ts";

/** A tensor that is fixed in the file, as a node sees it behind the operators that only pass it on. */
export interface Constant {
  readonly tensor: TensorProto;
  /** The tensor's own name; for a Constant node without one, its output. */
  readonly name: string;
  /** The node sees the transpose. */
  readonly transposed: boolean;
  /** Element type that the node sees. */
  readonly dataType: number;
  /** The nodes in between, dead once nobody else reads them. */
  readonly chain: readonly NodeProto[];
}

const CHAIN_LIMIT = 16;

/** Names visible in a graph: its own and those of the graphs around it. */
export class Scope {
  readonly #parent: Scope | null;
  readonly #initializers = new Map<string, TensorProto>();
  readonly #producers = new Map<string, NodeProto>();

  constructor(graph: Pick<GraphProto, "initializer" | "node">, parent: Scope | null) {
    this.#parent = parent;
    for (const tensor of graph.initializer) this.#initializers.set(tensor.name, tensor);
    for (const node of graph.node) for (const name of node.output) this.#producers.set(name, node);
  }

  /**
   * Follows a name to the constant behind it: through Identity, Transpose of a matrix (Optimum ties the head to the
   * embedding that way), and Cast to float32 (weights stored as half or bfloat16). Null when it depends on the input.
   */
  constant(name: string): Constant | null {
    const chain: NodeProto[] = [];
    let transposed = false;
    let castTo: number | null = null;
    for (let at = name; chain.length <= CHAIN_LIMIT;) {
      const found = this.#find(at);
      if (!found) return null;
      if (!("opType" in found)) {
        return { tensor: found, name: at, transposed, dataType: castTo ?? found.dataType, chain };
      }
      chain.push(found);
      const [input] = found.input;
      if (found.opType === "Constant") {
        const tensor = found.attribute.find((attribute) => attribute.name === "value")?.t;
        if (!tensor) return null;
        return { tensor, name: tensor.name || at, transposed, dataType: castTo ?? tensor.dataType, chain };
      }
      if (found.opType === "Transpose" && swapsTwo(found)) transposed = !transposed;
      else if (found.opType === "Cast" && castsToFloat(found)) castTo ??= FLOAT;
      else if (found.opType !== "Identity") return null;
      if (input === undefined) return null;
      at = input;
    }
    return null;
  }

  #find(name: string): TensorProto | NodeProto | null {
    const here = this.#initializers.get(name) ?? this.#producers.get(name);
    return here ?? (this.#parent ? this.#parent.#find(name) : null);
  }
}

/** Without `perm` all axes are reversed; whether the tensor has two is for the caller to check. */
function swapsTwo(node: NodeProto): boolean {
  const perm = node.attribute.find(({ name }) => name === "perm");
  return !perm || (perm.ints.length === 2 && perm.ints[0] === 1n && perm.ints[1] === 0n);
}

function castsToFloat(node: NodeProto): boolean {
  return node.attribute.some(({ name, i }) => name === "to" && Number(i) === FLOAT);
}
