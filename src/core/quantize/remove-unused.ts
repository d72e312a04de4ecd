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
  let read = readNames(graph);
  for (let before = -1; nodes.size > 0 && before !== removed.size;) {
    before = removed.size;
    for (const part of allGraphs(graph)) {
      part.node = part.node.filter((node) => {
        const dead = nodes.has(node) && !node.output.some((name) => read.has(name));
        if (dead) for (const name of node.output) removed.add(name);
        return !dead;
      });
    }
    if (before !== removed.size) read = readNames(graph);
  }
  for (const part of allGraphs(graph)) {
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

/** Every name that a node or a graph output reads, at any depth. */
function readNames(graph: GraphProto): Set<string> {
  const names = new Set<string>();
  for (const part of allGraphs(graph)) {
    for (const { name } of part.output) names.add(name);
    for (const node of part.node) for (const name of node.input) names.add(name);
  }
  return names;
}
