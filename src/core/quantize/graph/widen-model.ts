import { LabError } from "#shared/errors.ts";
import { BFLOAT16, dataType, FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import { makeNode, promisedTensor } from "#core/onnx/messages.ts";
import type { GraphProto, NodeProto, TensorProto, TypeProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import { sparseAttribute, sparseInitializers, type SparseTensorProto } from "#core/onnx/sparse.ts";
import { openTensor, readTensor, tensorBytes } from "#core/onnx/tensor.ts";
import { allGraphs } from "#core/onnx/walk.ts";
import type { TensorJob } from "#core/onnx/tensor-job.ts";
import { FloatReader } from "../weights/float-reader.ts";
import { widenBfloats, widenHalves } from "../weights/half.ts";
import { UniqueNames } from "./unique-names.ts";

/** Attributes that name the element type of an output. */
const TYPE_ATTRIBUTES = new Set(["to", "dtype", "output_dtype", "output_datatype"]);
/** Tensors up to this size are widened at once, in the graph. */
const SMALL_BYTES = 1 << 16;
const SLAB_BYTES = 1 << 20;

type Half = typeof FLOAT16 | typeof BFLOAT16;

/**
 * Makes a float32 graph of one that computes in float16 or bfloat16: every value, constant and Cast, inputs and outputs
 * (the key/value cache) included. A graph without them stays as it is.
 * @param model changed in place; tensors that nobody reads should be gone
 * @returns the jobs that deliver the larger constants
 * @throws LabError FORMAT_UNSUPPORTED where the types hide in model-local functions
 */
export function widenModel(model: OnnxModel): TensorJob[] {
  const widener = new Widener(model);
  for (const part of allGraphs(model.graph)) widener.graph(part);
  if (widener.found && model.proto.functions.length > 0) {
    throw new LabError(
      "FORMAT_UNSUPPORTED",
      `${model.path} computes in ${widener.found} and has functions of its own ("${model.proto.functions[0]!.name}"), which cannot be turned into float32. Use the float32 variant of the model.`,
      { file: model.path },
    );
  }
  return widener.jobs;
}

class Widener {
  readonly jobs: TensorJob[] = [];
  /** A half type that was met. */
  found: string | null = null;
  readonly #model: OnnxModel;
  readonly #names: UniqueNames;

  constructor(model: OnnxModel) {
    this.#model = model;
    this.#names = new UniqueNames(model.graph);
  }

  graph(part: GraphProto): void {
    for (const sparse of sparseInitializers(part)) this.#refuseHalf(sparse);
    for (const { type } of [...part.input, ...part.output, ...part.valueInfo]) this.#type(type);
    for (const node of part.node) this.#attributes(node);
    for (const tensor of [...part.initializer]) {
      if (!this.#isHalf(tensor.dataType)) continue;
      if (tensorBytes(tensor) <= SMALL_BYTES) {
        part.initializer[part.initializer.indexOf(tensor)] = this.#small(tensor, tensor.dataType);
      } else {
        part.initializer = part.initializer.filter((other) => other !== tensor);
        if (part === this.#model.graph) this.#large(tensor, tensor.name, tensor.dataType);
        else {
          // Only the main graph's tensors can be streamed.
          const name = this.#large(tensor, this.#names.value(tensor.name), tensor.dataType);
          part.node.unshift(makeNode("Identity", this.#names.node(name), [name], [tensor.name]));
        }
      }
    }
  }

  #isHalf(type: number): type is Half {
    const half = type === FLOAT16 || type === BFLOAT16;
    if (half) this.found ??= dataType(type)!.name;
    return half;
  }

  #type(type: TypeProto | undefined): void {
    if (type?.value.case === "sequenceType") this.#type(type.value.value.elemType);
    else if (type?.value.case === "tensorType" && this.#isHalf(type.value.value.elemType)) {
      type.value.value.elemType = FLOAT;
    }
  }

  #refuseHalf({ values }: SparseTensorProto): void {
    if (!values || !this.#isHalf(values.dataType)) return;
    throw new LabError(
      "FORMAT_UNSUPPORTED",
      `${this.#model.path}: the sparse tensor "${values.name}" is ${this.found}, which cannot be turned into float32. Use the float32 variant of the model.`,
      { file: this.#model.path, tensor: values.name },
    );
  }

  #attributes(node: NodeProto): void {
    for (const attribute of node.attribute) {
      sparseAttribute(attribute).forEach((sparse) => {
        this.#refuseHalf(sparse);
      });
      if (TYPE_ATTRIBUTES.has(attribute.name) && this.#isHalf(Number(attribute.i))) attribute.i = BigInt(FLOAT);
      const { t } = attribute;
      if (!t || !this.#isHalf(t.dataType)) continue;
      if (tensorBytes(t) <= SMALL_BYTES) attribute.t = this.#small(t, t.dataType);
      else if (node.opType === "Constant") {
        const name = this.#large(t, this.#names.value(t.name || node.output[0]!), t.dataType);
        node.opType = "Identity";
        node.input = [name];
        node.attribute = [];
      }
    }
  }

  #small(tensor: TensorProto, type: Half): TensorProto {
    const bytes = readTensor(this.#model.path, tensor);
    const halves = new Uint16Array(bytes.slice().buffer);
    const floats = new Float32Array(halves.length);
    if (type === FLOAT16) widenHalves(halves, floats);
    else widenBfloats(halves, new Int32Array(floats.buffer));
    const wide = promisedTensor(tensor.name, FLOAT, tensor.dims.map(Number));
    wide.rawData = new Uint8Array(floats.buffer);
    return wide;
  }

  #large(tensor: TensorProto, name: string, type: Half): string {
    const wide = promisedTensor(name, FLOAT, tensor.dims.map(Number));
    this.#model.graph.initializer.push(wide);
    const open = (): FloatReader =>
      new FloatReader(
        { name, dataType: type, open: () => openTensor(this.#model.path, tensor) },
        // Masks hold infinity, and what a model computes with is its own affair.
        { allowNonFinite: true },
      );
    this.jobs.push({
      tensors: new Map([[name, tensorBytes(wide)]]),
      *pieces() {
        using reader = open();
        let offset = 0;
        for (const { floats, count } of reader.slabs(1, SLAB_BYTES)) {
          yield { tensor: name, offset, bytes: new Uint8Array(floats.buffer, floats.byteOffset, count * 4) };
          offset += count * 4;
        }
      },
    });
    return name;
  }
}
