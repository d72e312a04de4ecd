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
  const graphs = allGraphs(graph);
  const questioned = [...nodes].flatMap(({ output }) => output);
  for (const { initializer } of graphs) for (const { name } of initializer) questioned.push(name);
  const readers = countReaders(graphs, questioned);
  const isRead = (name: string): boolean => readers.get(name)! > 0;
  const dead = deadOf(nodes, readers, isRead);
  const removed = new Set([...dead].flatMap(({ output }) => output));
  for (const part of graphs) {
    if (dead.size > 0) part.node = part.node.filter((node) => !dead.has(node));
    const inputs = new Set(part.input.map(({ name }) => name));
    part.initializer = part.initializer.filter((tensor) => {
      const unused = !isRead(tensor.name) && (replaced.has(tensor) || !inputs.has(tensor.name));
      if (unused) removed.add(tensor.name);
      return !unused;
    });
    part.input = part.input.filter(({ name }) => !removed.has(name));
    part.valueInfo = part.valueInfo.filter(({ name }) => !removed.has(name));
  }
}

/** Counts, for each name, the node inputs and graph outputs that it is. */
function countReaders(graphs: readonly GraphProto[], names: readonly string[]): Map<string, number> {
  const readers = new Map(names.map((name) => [name, 0]));
  const note = (name: string): void => {
    const count = readers.get(name);
    if (count !== undefined) readers.set(name, count + 1);
  };
  for (const part of graphs) {
    for (const { name } of part.output) note(name);
    for (const node of part.node) for (const name of node.input) note(name);
  }
  return readers;
}

/** Those of the nodes that nobody reads, also when others of them are gone; they read nothing any more. */
function deadOf(
  nodes: ReadonlySet<NodeProto>,
  readers: Map<string, number>,
  isRead: (name: string) => boolean,
): Set<NodeProto> {
  const dead = new Set<NodeProto>();
  for (let before = -1; before !== dead.size;) {
    before = dead.size;
    for (const node of nodes) {
      if (dead.has(node) || node.output.some(isRead)) continue;
      dead.add(node);
      for (const name of node.input) if (readers.has(name)) readers.set(name, readers.get(name)! - 1);
    }
  }
  return dead;
}
