/**
 * Lists each weight of an ONNX file with its storage and size, from the protobuf alone: the table explains why a "4-bit" file is
 * as large as it is. No weight is read.
 */
import { type FormatId, FORMATS } from "#shared/formats/formats.ts";
import { grouped, percent } from "#shared/format-numbers.ts";
import { factsOf, type GraphFacts } from "#core/onnx/graph-facts.ts";
import type { FunctionProto, NodeProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import { collect } from "#core/onnx/walk.ts";
import { storedWeights, type Weight } from "#core/onnx/weights.ts";
import { pairNote, tablePairs } from "./graph/copied-tables.ts";
import { functionMatMuls, functionWarning } from "./graph/function-weights.ts";
import { type LeftInFloat, leftInFloat, leftWords, NOTHING_LEFT } from "./graph/left-in-float.ts";

type LayerRole = "embedding" | "head" | "layer";

/** One weight and the node that uses it. */
interface AuditedLayer {
  readonly name: string;
  readonly operator: string;
  readonly role: LayerRole;
  /** Input by output features; rows by width for an embedding. */
  readonly shape: readonly number[];
  /** How it is stored: `float32`, `4-bit blocks of 32`, `int8`, `nf4` ... */
  readonly storage: string;
  readonly bits: number;
  /** The precision in which block weights are computed (0 unset, 4 int8 activations); null for other storage. */
  readonly accuracyLevel: number | null;
  readonly parameters: number;
  /** Scales and zero points included. A weight that another layer listed before has none of its own. */
  readonly bytes: number;
}

export interface Audit extends GraphFacts {
  readonly zeroPoints: boolean | null;
  /** Share of all weight bytes. */
  readonly embeddingShare: number;
  readonly headShare: number;
  readonly layers: readonly AuditedLayer[];
  /** Weights of a quantized file that are floats still. */
  readonly leftInFloat: LeftInFloat;
  readonly warnings: readonly string[];
}

export function auditModel(model: OnnxModel, logitsName: string): Audit {
  const weights = storedWeights(model);
  const facts = factsOf(model, weights);
  const heads = nodesBefore(model, logitsName);
  const counted = new Set<object>();
  const layers = weights.uses.map((use): AuditedLayer => {
    const { reader, origin, storage, shape, parameters } = use;
    const { label, bits, accuracyLevel } = storage;
    const bytes = counted.has(origin.key) ? 0 : use.bytes;
    counted.add(origin.key);
    const operator = reader.node.opType;
    const role = roleOf(use, heads);
    return {
      name: reader.name || origin.name,
      operator,
      role,
      shape,
      storage: label,
      bits,
      accuracyLevel,
      parameters,
      bytes,
    };
  });

  const share = (role: LayerRole): number =>
    weights.bytes === 0
      ? 0
      : layers.reduce((sum, layer) => sum + (layer.role === role ? layer.bytes : 0), 0) / weights.bytes;
  const zeroPoints = weights.uses.flatMap(({ reader, storage }) =>
    reader.node.opType === "MatMulNBits" ? [storage.symmetric === false] : [],
  );
  const audit = {
    ...facts,
    zeroPoints: zeroPoints.length === 0 ? null : zeroPoints.includes(true),
    embeddingShare: share("embedding"),
    headShare: share("head"),
    layers,
    leftInFloat: isQuantized(facts.format) ? leftInFloat(weights) : NOTHING_LEFT,
  };
  const inFunctions = functionWarning(functionMatMuls(model.proto));
  const copies = tablePairs(model.graph).map(pairNote);
  return { ...audit, warnings: [...warningsOf(audit), ...copies, ...(inFunctions === null ? [] : [inFunctions])] };
}

/** Rows of a table are an embedding; those of stacked matrices are experts. */
function roleOf({ lookup, shape, reader }: Weight, heads: ReadonlySet<NodeProto>): LayerRole {
  if (lookup && shape.length <= 2) return "embedding";
  return heads.has(reader.node) ? "head" : "layer";
}

function isQuantized(format: FormatId): boolean {
  return format !== "fp32" && format !== "fp16";
}

/** Operators that may stand between the head's matrix product and the logits. */
const AFTER_HEAD = new Set(
  "Cast Add Mul Div Tanh Identity Reshape Transpose Squeeze Unsqueeze QuantizeLinear DequantizeLinear If".split(" "),
);

/** The nodes whose output becomes the logits without another matrix product in between. */
function nodesBefore({ graph, proto }: OnnxModel, logitsName: string): ReadonlySet<NodeProto> {
  const functions = new Map(proto.functions.map((body) => [`${body.domain} ${body.name}`, body]));
  const main = new Values(collect(graph).nodes, null);
  const found = new Set<NodeProto>();
  const queue = [{ name: logitsName, values: main }];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { name, values } = next;
    const node = values.producers.get(name);
    const place = values.call?.body.input.indexOf(name) ?? -1;
    if (!node && values.call && place >= 0) {
      queue.push({ name: values.call.node.input[place] ?? "", values: values.call.values });
    }
    if (!node || found.has(node)) continue;
    found.add(node);
    if (AFTER_HEAD.has(node.opType)) queue.push(...node.input.map((input) => ({ name: input, values })));
    // The branches of a merged decoder end in the same output.
    for (const { g } of node.attribute) {
      queue.push(...(g?.output.slice(0, 1).map((output) => ({ name: output.name, values })) ?? []));
    }
    const body = functions.get(`${node.domain} ${node.opType}`);
    const output = body?.output[node.output.indexOf(name)];
    if (body && output) queue.push({ name: output, values: new Values(body.node, { body, node, values }) });
  }
  return found;
}

/** Who makes which value, in the graph or in the body of a function that is called. */
class Values {
  readonly producers: ReadonlyMap<string, NodeProto>;
  readonly call: { readonly body: FunctionProto; readonly node: NodeProto; readonly values: Values } | null;

  constructor(nodes: readonly NodeProto[], call: Values["call"]) {
    this.producers = new Map(nodes.flatMap((node) => node.output.map((output) => [output, node] as const)));
    this.call = call;
  }
}

function warningsOf(audit: Omit<Audit, "warnings">): string[] {
  const warnings: string[] = [];
  if (isQuantized(audit.format) && audit.quantizedShare < MOSTLY) {
    warnings.push(
      `only ${percent(audit.quantizedShare, 0)} of its ${grouped(audit.parameters)} parameters are ${audit.format === "mixed" ? "quantized" : FORMATS[audit.format].label}`,
    );
  }
  const left = leftWords(audit.leftInFloat);
  if (left !== null) warnings.push(left);
  if (audit.dynamicQuantization) {
    warnings.push("activations have one scale for the whole tensor: one outlier token costs all of them precision");
  }
  if (audit.layers.some(({ accuracyLevel, bits }) => accuracyLevel !== null && accuracyLevel !== 4 && bits === 8)) {
    warnings.push("8-bit blocks without accuracy level 4 have no fast path on the CPU");
  }
  return warnings;
}

/** Below this share of quantized parameters a file is larger than its name lets expect. */
const MOSTLY = 0.8;
