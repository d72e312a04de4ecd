import { LabError } from "#shared/errors.ts";
import { BFLOAT16, FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import { int } from "#core/onnx/attributes.ts";
import { makeNode } from "#core/onnx/messages.ts";
import type { NodeProto, TensorProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import type { TensorJob } from "#core/onnx/tensor-job.ts";
import type { PieceError } from "../weights/error-sums.ts";
import { redeclare, retypeAttributes } from "./float16-nodes.ts";
import { type Float16Plan, isStored, planFloat16 } from "./float16-plan.ts";
import { ValueNames } from "./float16-value-names.ts";
import { constantAsTensor, halveJob, halveTensor, isSmall } from "./float16-tensors.ts";
import { declaredType, findValue, inferTypes, type TypedGraph, typedGraphs, type Value } from "./float16-types.ts";
import { findUses, type Uses } from "./float16-uses.ts";
import type { ClampRule } from "./float16-values.ts";
import { UniqueNames } from "../graph/unique-names.ts";

export interface Float16Options {
  readonly clamp: ClampRule;
  /** Whether the recipe keeps a node in float32, by the node and the names of the stored tensors that it reads; null: none. */
  readonly excluded: ((node: NodeProto, tensors: readonly string[]) => boolean) | null;
  /** Jobs of a format that has worked on the graph before: tensors of theirs may become half. */
  readonly jobs: readonly TensorJob[];
}

/** A stored float tensor and who reads it. */
export interface StoredFloats {
  readonly name: string;
  readonly dims: readonly number[];
  readonly nodes: readonly NodeProto[];
}

interface Float16Conversion {
  readonly jobs: TensorJob[];
  /** Stored tensors of the model that are half now. */
  readonly halved: readonly StoredFloats[];
  /** Those that nobody reads as half. */
  readonly kept: readonly StoredFloats[];
  /** Errors of the tensors that are small enough to be made at once. */
  readonly errors: readonly PieceError[];
}

/**
 * Makes a model compute in float16. Its inputs and outputs stay float32, as do operators that have no float16; Casts stand
 * between, at most one for each value and direction. A tensor that is also a graph input becomes half with that input.
 * Every value's type is inferred (float16-types.ts), operators of com.microsoft included. bfloat16 is taken for float32.
 * @param model changed in place
 * @throws LabError FORMAT_UNSUPPORTED for an operator of unknown type and for sequences of floats as inputs or outputs;
 * MODEL_CORRUPT
 */
export function convertToFloat16(model: OnnxModel, options: Float16Options): Float16Conversion {
  return new Rewrite(model, options).run();
}

class Rewrite {
  readonly #model: OnnxModel;
  readonly #options: Float16Options;
  readonly #main: TypedGraph;
  readonly #graphs: readonly TypedGraph[];
  readonly #plan: Float16Plan;
  readonly #names: UniqueNames;
  readonly #valueNames: ValueNames;
  readonly #promised: ReadonlySet<string>;
  readonly #outputs: ReadonlySet<string>;
  readonly #jobs: TensorJob[] = [];
  readonly #halved: StoredFloats[] = [];
  readonly #kept: StoredFloats[] = [];
  readonly #errors: PieceError[] = [];
  /** Initializers by what stands in their place; null for those that moved to the main graph. */
  readonly #replaced = new Map<TensorProto, TensorProto | null>();
  readonly #moved: TensorProto[] = [];
  /** Nodes that give a moved tensor its place in a branch. */
  readonly #front = new Map<TypedGraph, NodeProto[]>();
  /** Constant nodes whose tensor became an initializer. */
  readonly #hoisted = new Set<NodeProto>();

  constructor(model: OnnxModel, options: Float16Options) {
    this.#model = model;
    this.#options = options;
    refuseSequences(model);
    const opset = model.proto.opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx");
    this.#main = inferTypes(model);
    this.#graphs = [...typedGraphs(this.#main)];
    const { excluded } = options;
    this.#plan = planFloat16(this.#main, Number(opset?.version ?? 0), (node, graph) => {
      if (!excluded) return false;
      const stored = node.input.filter((name) => findValue(graph, name)?.tensor);
      return excluded(node, stored);
    });
    this.#names = new UniqueNames(model.graph);
    this.#valueNames = new ValueNames(this.#names);
    this.#promised = new Set(options.jobs.flatMap(({ tensors }) => [...tensors.keys()]));
    this.#outputs = new Set(model.graph.output.map(({ name }) => name));
  }

  run(): Float16Conversion {
    const uses = findUses(this.#graphs);
    const promised = new Set<string>();
    for (const graph of this.#graphs) {
      for (const value of graph.values.values())
        if (value.type === FLOAT) this.#place(value, uses.get(value), promised);
    }
    for (const { proto } of this.#graphs) {
      proto.initializer = proto.initializer.flatMap((tensor) => {
        const half = this.#replaced.get(tensor);
        return half === null ? [] : [half ?? tensor];
      });
    }
    this.#main.proto.initializer.push(...this.#moved);
    for (const job of this.#options.jobs) this.#jobs.push(halveJob(job, promised, this.#options.clamp));
    // Names first, everywhere: a Cast belongs where its value is made, which may be another graph.
    for (const graph of this.#graphs) this.#rewire(graph);
    for (const graph of this.#graphs) this.#declare(graph);
    for (const graph of this.#graphs) this.#order(graph);
    return { jobs: this.#jobs, halved: this.#halved, kept: this.#kept, errors: this.#errors };
  }

  /** Decides where a float value is found from now on, and converts its data if it is stored. */
  #place(value: Value, uses: Uses | undefined, promised: Set<string>): void {
    const { producer, graph, tensor } = value;
    const half = this.#plan.halves.has(value);
    const isPromised = tensor !== null && !producer && graph === this.#main && this.#promised.has(value.name);
    if (tensor && !isPromised) {
      const note = { name: tensor.name || value.name, dims: tensor.dims.map(Number), nodes: uses?.nodes ?? [] };
      (half ? this.#halved : this.#kept).push(note);
    }
    const type = half ? FLOAT16 : tensor?.dataType === BFLOAT16 ? BFLOAT16 : FLOAT;
    // Callers know an output by its name: the Cast to what it was gets it.
    const yields = type !== FLOAT && graph === this.#main && this.#outputs.has(value.name);
    const name = yields ? this.#names.value(`${value.name}_fp16`) : value.name;
    const stored = half && isStored(value) ? (tensor ?? constantAsTensor(producer!)) : null;
    if (isPromised && half) {
      tensor.dataType = FLOAT16;
      promised.add(name);
      this.#valueNames.set(value, { name, type, producer, graph });
    } else if (stored) {
      this.#halve(value, stored, name, uses?.multiplied ?? false);
    } else {
      if (tensor && !producer) tensor.name = name;
      this.#valueNames.set(value, { name, type, producer, graph });
    }
    if (yields) this.#valueNames.cast(value, FLOAT, value.name);
  }

  /** Only initializers of the main graph can be made piece by piece: large tensors from elsewhere move there. */
  #halve(value: Value, tensor: TensorProto, wanted: string, multiplied: boolean): void {
    const { producer, graph } = value;
    const moves = !isSmall(tensor) && (graph !== this.#main || producer !== null);
    const leaves = moves && graph !== this.#main;
    const name = leaves ? this.#names.value(wanted) : wanted;
    const { clamp } = this.#options;
    const weight = tensor.name || value.name;
    const { tensor: half, job, error } = halveTensor(this.#model.path, tensor, name, multiplied, clamp, weight);
    if (job) this.#jobs.push(job);
    if (error) this.#errors.push(error);
    if (moves || !producer) half.name = name;
    if (moves) this.#moved.push(half);
    if (moves && producer) this.#hoisted.add(producer);
    if (!producer) this.#replaced.set(tensor, moves ? null : half);
    else if (!moves) for (const attribute of producer.attribute) if (attribute.t === tensor) attribute.t = half;
    if (leaves && graph.proto.output.some((output) => output.name === value.name)) {
      // A branch must not give what lies outside of it.
      const identity = makeNode("Identity", this.#names.node(`${name}_Identity`), [name], [wanted]);
      this.#front.set(graph, [...(this.#front.get(graph) ?? []), identity]);
      this.#valueNames.set(value, { name: wanted, type: FLOAT16, producer: identity, graph });
      return;
    }
    const place = moves ? { producer: null, graph: this.#main } : { producer, graph };
    this.#valueNames.set(value, { name, type: FLOAT16, ...place });
  }

  #rewire(graph: TypedGraph): void {
    const { kept, wish } = this.#plan;
    for (const node of graph.nodes) {
      const inputs = node.input.map((name) => findValue(graph, name));
      node.input = node.input.map((name, place) => {
        const value = inputs[place];
        const named = value && this.#valueNames.get(value);
        if (!named) return name;
        const wanted = wish(node, place);
        return wanted === null ? named.name : this.#valueNames.as(value, wanted === "half" ? FLOAT16 : FLOAT);
      });
      node.output = node.output.map((name) => {
        const value = graph.values.get(name);
        return (value && this.#valueNames.get(value)?.name) ?? name;
      });
      retypeAttributes(this.#model.path, node, kept.has(node), this.#options.clamp);
      const [input] = inputs;
      if (input && isIdleCast(node, this.#valueNames.get(input)?.type ?? input.type)) {
        node.opType = "Identity";
        node.attribute = node.attribute.filter(({ name }) => name !== "to" && name !== "saturate");
      }
      for (const [body, inner] of graph.inner) {
        if (!node.attribute.some(({ g, graphs }) => g === body || graphs.includes(body))) continue;
        const type = kept.has(node) ? FLOAT : FLOAT16;
        for (const output of body.output) {
          const value = findValue(inner, output.name);
          if (value && this.#valueNames.get(value)) output.name = this.#valueNames.as(value, type);
          redeclare(output, type);
        }
      }
    }
  }

  /** Inputs and notes say what their values are now. Results of branches and bodies have been declared with their node. */
  #declare(graph: TypedGraph): void {
    for (const info of [...graph.proto.input, ...graph.proto.valueInfo]) {
      const value = graph.values.get(info.name);
      const named = value && this.#valueNames.get(value);
      if (!named) continue;
      redeclare(info, named.name === info.name ? named.type : FLOAT);
    }
    if (graph === this.#main) for (const info of graph.proto.output) redeclare(info, FLOAT);
  }

  /** Puts the Casts after what they cast. */
  #order(graph: TypedGraph): void {
    graph.proto.node = [
      ...(this.#front.get(graph) ?? []).flatMap((node) => [node, ...this.#valueNames.castsAfter(node)]),
      ...this.#valueNames.castsAfter(graph),
      ...graph.nodes.flatMap((node) => [
        ...(this.#hoisted.has(node) ? [] : [node]),
        ...this.#valueNames.castsAfter(node),
      ]),
    ];
  }
}

/**
 * A Cast between float32 and float32 of the old graph (exporters write many). As a Cast from half to half ONNX Runtime 1.30
 * trips over it: "output arg InsertedPrecisionFreeCast_... does not match expected type".
 */
function isIdleCast(node: NodeProto, inputType: number | null): boolean {
  return (
    node.opType === "Cast" && node.domain !== "com.microsoft" && inputType === FLOAT16 && int(node, "to", 0) === FLOAT16
  );
}

/** No Cast takes a sequence, so its elements could not stay float32 outside and be half inside. */
function refuseSequences({ path, graph }: OnnxModel): void {
  const found = [...graph.input, ...graph.output].find(
    (info) => info.type?.value.case === "sequenceType" && declaredType(info) === FLOAT,
  );
  if (!found) return;
  throw new LabError(
    "FORMAT_UNSUPPORTED",
    `${path}: "${found.name}" is a sequence of float tensors, which cannot stay float32 around a float16 model. Use another format.`,
    { file: path, value: found.name },
  );
}
