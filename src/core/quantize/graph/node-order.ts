import { LabError } from "#shared/errors.ts";
import type { NodeProto } from "#core/onnx/proto/onnx.ts";
import { subgraphs } from "#core/onnx/walk.ts";

/**
 * The nodes of one graph, each after those that it reads from; nodes that are in order already keep it. ONNX asks for
 * this order, but some tools append their nodes at the end, and ONNX Runtime does not mind.
 * @param path the file, for the error
 * @throws LabError MODEL_CORRUPT for nodes that wait for each other
 */
export function inDependencyOrder(path: string, nodes: readonly NodeProto[]): NodeProto[] {
  if (areOrdered(nodes)) return [...nodes];
  const producers = new Map(nodes.flatMap((node) => node.output.map((name) => [name, node] as const)));
  producers.delete("");
  const ordered = new Set<NodeProto>();
  const entered = new Set<NodeProto>();
  // A stack of our own: a graph in reverse order would be too deep for recursion.
  for (const root of nodes) {
    const stack = ordered.has(root) ? [] : [root];
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      const missing = entered.has(node) ? [] : unordered(node);
      if (missing.length === 0) {
        stack.pop();
        ordered.add(node);
        continue;
      }
      entered.add(node);
      if (missing.some((other) => entered.has(other))) throw cycle(path, node);
      stack.push(...missing.reverse());
    }
  }
  return [...ordered];

  function unordered(node: NodeProto): NodeProto[] {
    const before = new Set<NodeProto>();
    for (const name of readNames(node)) {
      const producer = producers.get(name);
      if (producer && !ordered.has(producer)) before.add(producer);
    }
    return [...before];
  }
}

/** Nearly always: no name is read before the node that gives it. */
function areOrdered(nodes: readonly NodeProto[]): boolean {
  const read = new Set<string>();
  for (const node of nodes) {
    for (const name of subgraphs(node).length > 0 ? readNames(node) : node.input) read.add(name);
    for (const name of node.output) if (name !== "" && read.has(name)) return false;
  }
  return true;
}

/** Lists the names that a node reads: its inputs, and what its subgraphs take from outside. */
function readNames(node: NodeProto): string[] {
  const captured = subgraphs(node).flatMap((graph) => {
    const own = new Set([...graph.input, ...graph.initializer].map(({ name }) => name));
    for (const { output } of graph.node) for (const name of output) own.add(name);
    return [...graph.node.flatMap(readNames), ...graph.output.map(({ name }) => name)].filter((name) => !own.has(name));
  });
  return [...node.input, ...captured];
}

function cycle(path: string, node: NodeProto): LabError {
  return new LabError(
    "MODEL_CORRUPT",
    `${path}: node "${node.name}" waits for its own output. Export the model again.`,
    {
      file: path,
      node: node.name,
    },
  );
}
