import type { GraphProto } from "#core/onnx/proto/onnx.ts";
import { allGraphs, subgraphs } from "#core/onnx/walk.ts";

/** Takes out the nodes and initializers that no output of the graph needs. Inputs stay: callers feed them. */
export function dropUnread(graph: GraphProto): void {
  const producers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const needed = new Set<string>();
  const waiting = graph.output.map(({ name }) => name);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === "" || needed.has(name)) continue;
    needed.add(name);
    const node = producers.get(name);
    if (!node) continue;
    waiting.push(...node.input);
    for (const inner of subgraphs(node).flatMap(allGraphs)) {
      waiting.push(...inner.output.map((output) => output.name), ...inner.node.flatMap(({ input }) => input));
    }
  }
  graph.node = graph.node.filter(({ output }) => output.some((name) => needed.has(name)));
  graph.initializer = graph.initializer.filter(({ name }) => needed.has(name));
}
