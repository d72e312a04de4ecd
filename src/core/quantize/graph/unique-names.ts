import type { GraphProto } from "#core/onnx/proto/onnx.ts";
import { sparseInitializers } from "#core/onnx/sparse.ts";
import { allGraphs } from "#core/onnx/walk.ts";

/** Hands out names that nothing in a graph or its subgraphs has yet. ONNX Runtime refuses two nodes of one name. */
export class UniqueNames {
  readonly #nodes = new Set<string>();
  readonly #values = new Set<string>();

  constructor(graph: GraphProto) {
    for (const part of allGraphs(graph)) {
      for (const list of [part.initializer, part.input, part.output]) {
        for (const { name } of list) this.#values.add(name);
      }
      for (const { values } of sparseInitializers(part)) this.#values.add(values?.name ?? "");
      for (const node of part.node) {
        this.#nodes.add(node.name);
        // Every name that a node reads is some node's output, an input or a weight: no need to look at inputs again.
        for (const name of node.output) this.#values.add(name);
      }
    }
  }

  node(wanted: string): string {
    return claim(this.#nodes, wanted);
  }

  value(wanted: string): string {
    return claim(this.#values, wanted);
  }
}

function claim(taken: Set<string>, wanted: string): string {
  let name = wanted;
  for (let count = 1; taken.has(name); count++) name = `${wanted}_${count}`;
  taken.add(name);
  return name;
}
