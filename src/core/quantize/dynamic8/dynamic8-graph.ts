import { makeNode } from "#core/onnx/messages.ts";
import type { GraphProto, NodeProto, TensorProto } from "#core/onnx/proto/onnx.ts";
import { allGraphs, subgraphs } from "#core/onnx/walk.ts";
import type { Constant } from "../graph/constants.ts";
import type { Dynamic8Context } from "./dynamic8-context.ts";
import { dequantize, integerMatMul, quantizeAtRunTime } from "./dynamic8-nodes.ts";
import type { CodedValue } from "./dynamic8-weights.ts";
import { factorRefusal, isFloat, tableRefusal } from "./dynamic8-weights.ts";
import { gemmParts } from "../graph/gemm-to-matmul.ts";

/** Operators whose weights ONNX Runtime's tool quantizes and this one leaves alone. */
const LEFT_ALONE = new Set(["Conv", "Attention", "LSTM", "EmbedLayerNormalization"]);

/**
 * Rewrites one graph for dynamic quantization, in the order of its nodes and with the names of ONNX Runtime 1.30's
 * quantize_dynamic (ONNXQuantizer, IntegerOps, MatMulConstBOnly, EnableSubgraph).
 */
export class Dynamic8Graph {
  readonly #context: Dynamic8Context;
  readonly #graph: GraphProto;
  readonly #parent: Dynamic8Graph | null;
  readonly #initializers: ReadonlyMap<string, TensorProto>;
  /** Values of this graph that exist as codes too. */
  readonly #coded = new Map<string, CodedValue>();
  /** Float values that exist at this point of the new graph. */
  readonly #present: Set<string>;
  readonly #nodes: NodeProto[] = [];
  /** DequantizeLinear of weights: they depend on nothing, and an earlier node may read them. */
  readonly #front: NodeProto[] = [];

  constructor(context: Dynamic8Context, graph: GraphProto, parent: Dynamic8Graph | null = null) {
    this.#context = context;
    this.#graph = graph;
    this.#parent = parent;
    this.#initializers = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
    this.#present = new Set(graph.input.map(({ name }) => name).filter((name) => !this.#initializers.has(name)));
  }

  rewrite(): void {
    for (const node of this.#graph.node) {
      const inner = subgraphs(node);
      for (const graph of inner) new Dynamic8Graph(this.#context, graph, this).rewrite();
      // ONNX Runtime's tool forgets these: its file cannot be loaded.
      for (const name of inner.flatMap(namesRead)) this.#dequantize(name);
      this.#rewriteNode(node);
    }
    for (const { name } of this.#graph.output) this.#dequantize(name);
    const turning = this.#parent ? [] : this.#context.weights.turning;
    this.#graph.node = [...turning, ...this.#front, ...this.#nodes];
  }

  #rewriteNode(node: NodeProto): void {
    const standard = node.domain === "" || node.domain === "ai.onnx";
    if (standard && node.opType === "MatMul") this.#matMul(node);
    else if (standard && node.opType === "Gemm") this.#gemm(node);
    else if (standard && node.opType === "Gather") this.#gather(node);
    else if (standard && node.opType === "Transpose") this.#transpose(node);
    else {
      const weight = LEFT_ALONE.has(node.opType) ? this.#context.constants.get(node) : undefined;
      if (weight) this.#skip(node, weight, `${node.opType} is left as it is`);
      this.#keep(node);
    }
  }

  #matMul(node: NodeProto): void {
    const [input = "", operand = ""] = node.input;
    const weight = this.#context.constants.get(node);
    const codes = weight && this.#weightCodes(node, operand, weight, weight.transposed);
    if (!codes) {
      this.#keep(node);
      return;
    }
    this.#integerMatMul(node, node.name, input, codes, node.output[0]!);
  }

  #gemm(node: NodeProto): void {
    const parts = gemmParts(node);
    const weight = this.#context.constants.get(node);
    if (!weight || typeof parts === "string") {
      if (weight && typeof parts === "string") this.#skip(node, weight, parts);
      this.#keep(node);
      return;
    }
    const codes = this.#weightCodes(node, parts.weight, weight, weight.transposed !== parts.transposed);
    if (!codes) {
      this.#keep(node);
      return;
    }
    const { names } = this.#context;
    const output = node.output[0]!;
    const name = node.name === "" ? "" : `${node.name}_MatMul`;
    const addName = node.name === "" ? "" : names.node(`${node.name}_Add`);
    if (parts.bias === null) {
      this.#integerMatMul(node, name, parts.input, codes, output);
      return;
    }
    const product = names.value(`${output}_MatMul`);
    this.#integerMatMul(node, name, parts.input, codes, product);
    this.#keep(makeNode("Add", addName, [product, parts.bias], [output]));
  }

  /** Codes for a constant operand, or null (with a note) where the node keeps its float weight. */
  #weightCodes(node: NodeProto, operand: string, weight: Constant, transposed: boolean): CodedValue | null {
    const { weights, tables, tiedHead, bypassed } = this.#context;
    const reason = this.#context.excluded.has(node) ? EXCLUDED : factorRefusal(weight, transposed);
    if (reason !== null) return this.#skip(node, weight, reason);
    const tied = transposed && tables.has(weight.tensor);
    if (tied && !tiedHead) return this.#skip(node, weight, "its weight is the transposed embedding");
    for (const link of weight.chain) bypassed.add(link);
    const direct = weight.chain.length === 0 && transposed === weight.transposed;
    // The Transpose of a tied head has become one of codes already.
    const coded = direct || (tied && weight.transposed === transposed) ? this.#find(operand) : null;
    if (coded) {
      weights.usedBy(weight.tensor, node.name);
      return coded;
    }
    const codes = weights.get(weight, transposed, "matmul", node.name, tied);
    if (direct) this.#register(operand, codes);
    return codes;
  }

  #integerMatMul(node: NodeProto, name: string, input: string, weight: CodedValue, output: string): void {
    const activation = this.#activation(input);
    if (!activation) throw new Error(`"${node.name}" multiplies "${input}", which is no value of the graph`);
    const { names } = this.#context;
    for (const made of integerMatMul(node, { name, activation, weight, output }, names)) this.#emit(made);
  }

  /** A float value as uint8, quantized where it is made; null when no graph from here outwards has it. */
  #activation(name: string): CodedValue | null {
    const coded = this.#coded.get(name);
    if (coded) return coded;
    if (!this.#present.has(name) && !this.#initializers.has(name))
      return this.#parent ? this.#parent.#activation(name) : null;
    const { node, value } = quantizeAtRunTime(name, this.#context.names);
    this.#emit(node);
    this.#coded.set(name, value);
    return value;
  }

  /** A lookup in a constant table: the table is uint8, and so are the rows until a float operator reads them. */
  #gather(node: NodeProto): void {
    const { weights, factors, tiedHead, names, bypassed } = this.#context;
    const [table = ""] = node.input;
    const output = node.output[0]!;
    const weight = this.#context.constants.get(node);
    // Tables in Constant nodes are cosines and sines, not weights; the tool does not see them either.
    if (!weight || !isFloat(weight.tensor.dataType) || weight.chain.some(({ opType }) => opType === "Constant")) {
      this.#keep(node);
      return;
    }
    const tied = weight.transposed && factors.has(weight.tensor);
    let reason = this.#context.excluded.has(node) ? EXCLUDED : tableRefusal(weight);
    if (tied && !tiedHead) reason ??= "its table is the transposed head";
    if (reason !== null) {
      this.#skip(node, weight, reason);
      this.#keep(node);
      return;
    }
    for (const link of weight.chain) bypassed.add(link);
    const direct = weight.chain.length === 0;
    const known = direct ? this.#find(table) : null;
    const shared = known?.axis === null;
    const codes = shared ? known : weights.get(weight, weight.transposed, "table", node.name, tied);
    if (shared) weights.usedBy(weight.tensor, node.name);
    else if (direct && !known) this.#register(table, codes);
    const rows = names.value(`${output}_quantized`);
    node.input[0] = codes.codes;
    node.output[0] = rows;
    this.#emit(node);
    this.#coded.set(output, { ...codes, codes: rows });
  }

  /** A Transpose of codes gives codes. */
  #transpose(node: NodeProto): void {
    const [input = ""] = node.input;
    const output = node.output[0]!;
    const coded = this.#find(input);
    const tensor = this.#context.constants.get(node)?.tensor;
    if (coded?.axis !== null || (tensor && this.#context.kept.has(tensor))) {
      this.#keep(node);
      return;
    }
    const codes = this.#context.names.value(`${output}_quantized`);
    node.input[0] = coded.codes;
    node.output[0] = codes;
    this.#emit(node);
    this.#context.bypassed.add(node);
    this.#coded.set(output, { ...coded, codes });
  }

  /** A node that computes with floats. */
  #keep(node: NodeProto): void {
    for (const name of node.input) this.#dequantize(name);
    this.#emit(node);
  }

  #dequantize(name: string): void {
    const coded = this.#coded.get(name);
    if (!coded || this.#present.has(name)) return;
    const tensor = this.#initializers.get(name);
    if (tensor && this.#context.kept.has(tensor)) return;
    const node = dequantize(name, coded, this.#context.names);
    this.#context.bypassed.add(node);
    if (!tensor) {
      this.#emit(node);
      return;
    }
    this.#front.push(node);
    this.#present.add(name);
    this.#graph.initializer = this.#graph.initializer.filter((other) => other !== tensor);
    this.#graph.input = this.#graph.input.filter((value) => value.name !== name);
  }

  /** Notes the codes of a weight at the graph that owns it, where the nodes of that graph find them. */
  #register(name: string, value: CodedValue): void {
    if (this.#initializers.has(name)) this.#coded.set(name, value);
    else if (this.#parent) this.#parent.#register(name, value);
  }

  #find(name: string): CodedValue | null {
    return this.#coded.get(name) ?? (this.#parent ? this.#parent.#find(name) : null);
  }

  #emit(node: NodeProto): void {
    this.#nodes.push(node);
    for (const name of node.output) this.#present.add(name);
  }

  #skip(node: NodeProto, weight: Constant, reason: string): null {
    this.#context.skipped.push({ node: node.name, weight: weight.name, reason });
    return null;
  }
}

const EXCLUDED = "excluded by the recipe";

function namesRead(graph: GraphProto): string[] {
  return allGraphs(graph).flatMap((part) => [
    ...part.output.map(({ name }) => name),
    ...part.node.flatMap(({ input }) => input),
  ]);
}
