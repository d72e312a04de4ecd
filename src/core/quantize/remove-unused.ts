import type { GraphProto, NodeProto, TensorProto } from "#core/onnx/proto/onnx.ts";
import { allGraphs } from "#core/onnx/walk.ts";

/**
 * Takes out what nobody reads any more after a rewrite: of `nodes` those without readers, initializers without readers,
 * and the graph inputs and shape notes of what was taken out. An initializer that is also a graph input stays unless it
 * is one of `replaced`: callers may feed it.
 */
export function removeUnused(
  graph: GraphProto,
  nodes: ReadonlySet<NodeProto>,
  replaced: ReadonlySet<TensorProto>,
): void {
  const removed = new Set<string>();
  const graphs = allGraphs(graph);
  const questioned = new Set(graphs.flatMap(({ initializer }) => initializer.map(({ name }) => name)));
  for (const node of nodes) for (const name of node.output) questioned.add(name);
  let read = readNames(graphs, questioned);
  for (let before = -1; nodes.size > 0 && before !== removed.size;) {
    before = removed.size;
    for (const part of graphs) {
      part.node = part.node.filter((node) => {
        const dead = nodes.has(node) && !node.output.some((name) => read.has(name));
        if (dead) for (const name of node.output) removed.add(name);
        return !dead;
      });
    }
    if (before !== removed.size) read = readNames(graphs, questioned);
  }
  for (const part of graphs) {
    const inputs = new Set(part.input.map(({ name }) => name));
    part.initializer = part.initializer.filter((tensor) => {
      const dead = !read.has(tensor.name) && (replaced.has(tensor) || !inputs.has(tensor.name));
      if (dead) removed.add(tensor.name);
      return !dead;
    });
    part.input = part.input.filter(({ name }) => !removed.has(name));
    part.valueInfo = part.valueInfo.filter(({ name }) => !removed.has(name));
  }
}

/** Those of the names that a node or a graph output reads. */
function readNames(graphs: readonly GraphProto[], questioned: ReadonlySet<string>): Set<string> {
  const names = new Set<string>();
  for (const part of graphs) {
    for (const { name } of part.output) if (questioned.has(name)) names.add(name);
    for (const node of part.node) for (const name of node.input) if (questioned.has(name)) names.add(name);
  }
  return names;
}
