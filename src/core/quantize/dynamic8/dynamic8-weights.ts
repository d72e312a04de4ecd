import { BFLOAT16, dataType, FLOAT, FLOAT16, INT8, UINT8 } from "#core/onnx/data-types.ts";
import { makeNode, promisedTensor } from "#core/onnx/messages.ts";
import type { NodeProto, TensorProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import { tensorBytes, tensorSource } from "#core/onnx/tensor.ts";
import type { TensorJob } from "#core/onnx/tensor-job.ts";
import type { Constant } from "../graph/constants.ts";
import { codeRange, type CodeType } from "./dynamic8.ts";
import type { CodeMatrix, CodeSpec } from "./dynamic8-stream.ts";
import type { Sent } from "../threads/thread-tasks.ts";
import type { FloatType } from "../weights/weight-matrix.ts";
import type { QuantizedTensor } from "../format-maker.ts";
import { threadedJob } from "../threads/threaded-job.ts";
import type { UniqueNames } from "../graph/unique-names.ts";

/** Names of the values that stand for one float value: (codes - zeroPoint) * scale. */
export interface CodedValue {
  readonly codes: string;
  readonly scale: string;
  readonly zeroPoint: string;
  /** The axis that scale and zeroPoint run along; null when they are scalars. */
  readonly axis: number | null;
}

/** How weights of MatMuls are quantized. Tables are uint8 with one scale, whatever this says. */
export interface WeightSettings {
  readonly type: CodeType;
  readonly perChannel: boolean;
  readonly reduceRange: boolean;
}

interface WeightSet extends CodedValue {
  readonly report: QuantizedTensor & { nodes: string[] };
}

const TABLE: CodeSpec = { type: "uint8", range: codeRange("uint8", false), perChannel: false };

/** The codes of the constant weights, made once for each way in which a weight is seen. They lie in the main graph. */
export class Dynamic8Weights {
  readonly jobs: TensorJob[] = [];
  readonly quantized: QuantizedTensor[] = [];
  /** Nodes that turn codes, for the front of the main graph. */
  readonly turning: NodeProto[] = [];
  readonly #model: OnnxModel;
  readonly #spec: CodeSpec;
  readonly #names: UniqueNames;
  readonly #sets = new Map<TensorProto, Map<string, WeightSet>>();

  constructor(model: OnnxModel, { type, perChannel, reduceRange }: WeightSettings, names: UniqueNames) {
    this.#model = model;
    this.#spec = { type, perChannel, range: codeRange(type, reduceRange) };
    this.#names = names;
  }

  /** The weights that have codes now. */
  get tensors(): ReadonlySet<TensorProto> {
    return new Set(this.#sets.keys());
  }

  /**
   * Codes of a weight for a node. The first use decides how they are made, as in ONNX Runtime's tool: a table that is
   * also multiplied with stays uint8.
   * @param transposed the node sees the transpose of the stored tensor
   * @param tied the tensor is embedding and head in one: a transpose is made from the codes of the other end
   */
  get(weight: Constant, transposed: boolean, use: "matmul" | "table", node: string, tied: boolean): CodedValue {
    const sets = this.#sets.get(weight.tensor) ?? new Map<string, WeightSet>();
    this.#sets.set(weight.tensor, sets);
    const seen = (asTransposed: boolean): string => (asTransposed ? "transposed" : "stored");
    if (tied && use === "table" && !sets.has(seen(!transposed))) {
      sets.set(seen(!transposed), this.#make(weight, !transposed, use));
    }
    // Rows of a table cannot have a scale for each column.
    const columns = use === "table" && (sets.get(seen(transposed))?.axis ?? null) !== null;
    const key = columns ? `table ${seen(transposed)}` : seen(transposed);
    const other = sets.get(seen(!transposed));
    let set = sets.get(key);
    if (!set) {
      set = tied && other?.axis === null ? this.#turn(weight, other) : this.#make(weight, transposed, use);
      sets.set(key, set);
    }
    set.report.nodes.push(node);
    return set;
  }

  /** Notes a node that came by a weight's codes without asking. */
  usedBy(tensor: TensorProto, node: string): void {
    this.#sets.get(tensor)?.values().next().value?.report.nodes.push(node);
  }

  #turn({ name }: Constant, set: WeightSet): WeightSet {
    const codes = this.#names.value(`${name}_transposed_quantized`);
    this.turning.push(makeNode("Transpose", this.#names.node(`${codes}_Transpose`), [set.codes], [codes]));
    return { ...set, codes };
  }

  #make({ tensor, name }: Constant, transposed: boolean, use: "matmul" | "table"): WeightSet {
    const { path, graph } = this.#model;
    const stored = tensor.dims.map(Number);
    // ONNX Runtime's kernels refuse a scale for each column of stacked matrices; its tool writes them all the same.
    const spec = use === "table" ? TABLE : { ...this.#spec, perChannel: this.#spec.perChannel && stored.length === 2 };
    const dims = transposed ? stored.toReversed() : stored;
    const N = dims.at(-1)!;
    const K = dims.slice(0, -1).reduce((product, dim) => product * dim, 1);
    const codeType = spec.type === "int8" ? INT8 : UINT8;
    const scaleDims = spec.perChannel ? [N] : [];
    const set = {
      codes: this.#names.value(`${name}_quantized`),
      scale: this.#names.value(`${name}_scale`),
      zeroPoint: this.#names.value(`${name}_zero_point`),
      axis: spec.perChannel ? dims.length - 1 : null,
    };
    const made = [
      promisedTensor(set.scale, FLOAT, scaleDims),
      promisedTensor(set.zeroPoint, codeType, scaleDims),
      promisedTensor(set.codes, codeType, dims),
    ];
    graph.initializer.push(...made);
    const matrix: Sent<CodeMatrix> = {
      name,
      K,
      N,
      layout: transposed ? "NK" : "KN",
      dataType: tensor.dataType as FloatType,
      source: tensorSource(path, tensor),
    };
    const sizes = new Map(made.map((entry) => [entry.name, tensorBytes(entry)]));
    this.jobs.push(threadedJob(sizes, "codes", [{ input: { matrix, spec, names: set }, sourceBytes: K * N * 4 }]));
    // A row of a table is an output feature of the head that it is tied to.
    const shape = use === "table" ? { K: N, N: K } : { K, N };
    const report = { name, nodes: [], ...shape, bits: 8 };
    this.quantized.push(report);
    return { ...set, report };
  }
}

/** Why a weight cannot be the second factor of an integer product; null when it can. */
export function factorRefusal({ tensor, dataType: seen }: Constant, transposed: boolean): string | null {
  if (!isFloat(tensor.dataType) || !isFloat(seen)) {
    return `its weight is ${dataType(tensor.dataType)?.name ?? "of unknown type"}`;
  }
  const rank = tensor.dims.length;
  const fits = rank >= 2 && (rank === 2 || !transposed) && !tensor.dims.includes(0n);
  return fits ? null : `its weight has the shape [${tensor.dims.join(", ")}]`;
}

/** Why a float table cannot be stored as codes; null when it can. */
export function tableRefusal({ tensor, transposed }: Constant): string | null {
  const rank = tensor.dims.length;
  const fits = rank >= 1 && (rank === 2 || !transposed) && !tensor.dims.includes(0n);
  return fits ? null : `its table has the shape [${tensor.dims.join(", ")}]`;
}

export function isFloat(type: number): type is FloatType {
  return type === FLOAT || type === FLOAT16 || type === BFLOAT16;
}
