/**
 * Follows the constants of a model to the nodes that use them with what depends on the input: through any operators whose
 * inputs are all constants, into branches, loop bodies and functions, and out of sparse tensors and Constant nodes.
 */
import { int } from "./attributes.ts";
import { FLOAT } from "./data-types.ts";
import type { FunctionProto, GraphProto, NodeProto, TensorProto } from "./proto/onnx.ts";
import type { OnnxModel } from "./read-model.ts";
import { sparseConstant, sparseInitializers, type SparseTensorProto } from "./sparse.ts";
import { elementCount, tensorBytes } from "./tensor.ts";
import { subgraphs } from "./walk.ts";

/** A stored tensor as a node meets it. */
export interface Origin {
  /** The same for every use of one tensor. */
  readonly key: object;
  readonly name: string;
  readonly dims: readonly number[];
  /** Element type that is stored. */
  readonly type: number;
  /** As stored. */
  readonly bytes: number;
  readonly elements: number;
  /** The node sees the transpose. */
  readonly turned: boolean;
  /** The DequantizeLinear that it has gone through, with what that took as scales and zero points. */
  readonly unpacked: Unpacked | null;
  /** Cast to floats on its way. */
  readonly cast: boolean;
}

interface Unpacked {
  readonly node: NodeProto;
  readonly scales: readonly Origin[];
}

/** The tensors behind one value that depends on no input. */
export type Constant = ReadonlyMap<object, Origin>;

/** A node that computes with the input, and what constants it takes. */
export interface Reader {
  readonly node: NodeProto;
  /** Its name, after those of the functions that it is called in. */
  readonly name: string;
  /** By place; null for values that depend on the input. */
  readonly inputs: readonly (Constant | null)[];
}

/** Rows that were taken from a table of integers. */
interface Rows {
  readonly table: Origin;
  readonly reader: Reader;
  readonly scales: readonly Origin[];
}

export interface WeightFlow {
  readonly readers: readonly Reader[];
  /** Tables of integers whose rows are made floats after they were looked up. */
  readonly tables: readonly Rows[];
  /** Scales that are multiplied with one that was just found for the activation. */
  readonly scales: readonly Origin[];
}

/** A value's origin: the constants that it is made of, or the lookup or activation that gives it. */
type Known = { readonly constant: Constant } | { readonly rows: Rows } | { readonly activationScale: true };

class Names {
  readonly #known = new Map<string, Known | null>();
  readonly #parent: Names | null;

  constructor(parent: Names | null) {
    this.#parent = parent;
  }

  set(name: string, known: Known | null): void {
    if (name !== "") this.#known.set(name, known);
  }

  get(name: string): Known | null {
    const here = this.#known.get(name);
    return here === undefined ? (this.#parent?.get(name) ?? null) : here;
  }
}

/** Calls within calls, and nodes that are met in them: beyond, a call is an operator that nobody knows. */
const CALL_DEPTH = 32;
const CALLED_NODES = 50_000;
/** Tensors behind one value; of more, in a chain that puts thousands together, the rest is left out. */
const MOST_ORIGINS = 1024;
const LOOKUPS = new Set(["Gather", "GatherND", "GatherElements"]);
const PASSES_ROWS = new Set(["Cast", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Identity", "Flatten"]);
const BITS_OF_CODES = new Set([2, 3, 17, 18, 19, 20, 21, 22, 23, 25, 26]);

export function followWeights({ proto, graph }: OnnxModel): WeightFlow {
  const flow = new Flow(proto.functions);
  flow.body(graph, new Names(null), null);
  return flow;
}

/** Whether a tensor of this type may hold codes of weights: 8 bits or fewer. */
export function holdsCodes(type: number): boolean {
  return BITS_OF_CODES.has(type);
}

type Caller = { readonly label: string; readonly depth: number } | null;

class Flow implements WeightFlow {
  readonly readers: Reader[] = [];
  readonly tables: Rows[] = [];
  readonly scales: Origin[] = [];
  readonly #functions: ReadonlyMap<string, FunctionProto>;
  readonly #called = new Map<FunctionProto, Map<string, readonly (Known | null)[]>>();
  readonly #numbers = new Map<object, number>();
  #calledNodes = 0;

  constructor(functions: readonly FunctionProto[]) {
    this.#functions = new Map(functions.map((body) => [keyOf(body.domain, body.name), body]));
  }

  body(
    part: Pick<GraphProto, "node" | "initializer"> & Pick<GraphProto, "unknownFields">,
    names: Names,
    caller: Caller,
  ): void {
    for (const tensor of part.initializer) names.set(tensor.name, stored(tensor, tensor.name));
    for (const sparse of sparseInitializers(part)) names.set(sparse.values?.name ?? "", sparseOrigin(sparse, ""));
    for (const node of part.node) this.#node(node, names, caller);
  }

  #node(node: NodeProto, names: Names, caller: Caller): void {
    const [first = ""] = node.output;
    if (node.opType === "Constant" && isStandard(node)) {
      names.set(first, constantOf(node));
      return;
    }
    const body = this.#functions.get(keyOf(node.domain, node.opType));
    const given = node.input.map((name) => names.get(name));
    const inputs = given.map((known) => (known && "constant" in known ? known.constant : null));
    if (caller) this.#calledNodes++;
    if (body && (caller?.depth ?? 0) < CALL_DEPTH && this.#calledNodes < CALLED_NODES) {
      const results = this.#call(body, node, given, caller);
      for (const [place, name] of node.output.entries()) names.set(name, results[place] ?? null);
      return;
    }
    const inner = subgraphs(node);
    const owned = inner.map((graph) => this.#inner(node, graph, inputs, names, caller));
    const reads = node.input.filter((name) => name !== "").length;
    const constants = inputs.filter((input) => input !== null);
    const reader = { node, name: labelOf(node, caller), inputs };
    if (inner.length > 0) {
      // Whichever branch is taken, what it passes on is stored.
      for (const [place, name] of node.output.entries())
        names.set(name, node.opType === "If" ? joined(owned, place) : null);
      if (node.opType !== "Loop" && node.opType !== "Scan" && constants.length > 0) this.readers.push(reader);
      return;
    }
    if (reads > 0 && constants.length === reads) {
      if (LOOKUPS.has(node.opType)) this.readers.push(reader);
      const constant = throughNode(node, inputs);
      for (const name of node.output) names.set(name, { constant });
      return;
    }
    for (const name of node.output) names.set(name, null);
    if (node.opType === "DynamicQuantizeLinear") names.set(node.output[1] ?? "", { activationScale: true });
    if (node.opType === "Mul" && given.some((known) => known && "activationScale" in known)) {
      for (const constant of constants) this.scales.push(...constant.values());
      return;
    }
    this.#rows(node, given, names, reader);
    if (constants.length > 0) this.readers.push(reader);
  }

  /** Follows the rows of a table of integers to where they become floats. */
  #rows(node: NodeProto, given: readonly (Known | null)[], names: Names, reader: Reader): void {
    const [first = ""] = node.output;
    const source = given.find((known) => known && "rows" in known);
    if (source && "rows" in source) {
      const { rows } = source;
      if (PASSES_ROWS.has(node.opType)) {
        const cast = rows.table.cast || (node.opType === "Cast" && int(node, "to", 0) === FLOAT);
        names.set(first, { rows: { ...rows, table: { ...rows.table, cast } } });
        return;
      }
      const own = reader.inputs.flatMap((input) => (input ? [...input.values()] : []));
      const scaled = { ...rows, scales: [...rows.scales, ...own] };
      if (node.opType === "Sub") names.set(first, { rows: scaled });
      else if (node.opType === "Mul" || node.opType === "DequantizeLinear") this.tables.push(scaled);
      return;
    }
    const [table] = LOOKUPS.has(node.opType) ? (reader.inputs[0]?.values() ?? []) : [];
    if (table && !table.unpacked && holdsCodes(table.type)) names.set(first, { rows: { table, reader, scales: [] } });
  }

  /** Results of a graph that a node owns, by place. Constants that a Scan goes through are the body's. */
  #inner(
    node: NodeProto,
    graph: GraphProto,
    inputs: readonly (Constant | null)[],
    names: Names,
    caller: Caller,
  ): (Known | null)[] {
    const scope = new Names(names);
    const scanned = node.opType === "Scan" ? node.input.length - int(node, "num_scan_inputs", 0) : Infinity;
    for (const [place, { name }] of graph.input.entries()) {
      const constant = place >= scanned ? inputs[place] : null;
      scope.set(name, constant ? { constant } : null);
    }
    this.body(graph, scope, caller);
    return graph.output.map(({ name }) => scope.get(name));
  }

  /** Goes through a function's body once for each set of constants that it is called with. */
  #call(
    body: FunctionProto,
    node: NodeProto,
    given: readonly (Known | null)[],
    caller: Caller,
  ): readonly (Known | null)[] {
    const key = given.map((known) => (known && "constant" in known ? this.#numberOf(known.constant) : "-")).join();
    const seen = this.#called.get(body) ?? new Map<string, readonly (Known | null)[]>();
    this.#called.set(body, seen);
    const before = seen.get(key);
    if (before) return before;
    // A function that calls itself has no end; the file is broken.
    seen.set(key, []);
    const names = new Names(null);
    for (const [place, name] of body.input.entries()) names.set(name, given[place] ?? null);
    const label = node.name || body.name;
    this.body({ node: body.node, initializer: [] }, names, {
      label: caller ? `${caller.label}/${label}` : label,
      depth: (caller?.depth ?? 0) + 1,
    });
    const results = body.output.map((name) => names.get(name));
    seen.set(key, results);
    return results;
  }

  #numberOf(constant: Constant): string {
    return [...constant.keys()]
      .map((key) => {
        const number = this.#numbers.get(key) ?? this.#numbers.size;
        this.#numbers.set(key, number);
        return number;
      })
      .join("+");
  }
}

function labelOf({ name, opType }: NodeProto, caller: Caller): string {
  return caller ? `${caller.label}/${name || opType}` : name;
}

function keyOf(domain: string, name: string): string {
  return `${domain} ${name}`;
}

/** Whether a node is one of ONNX's own operators. */
export function isStandard({ domain }: Pick<NodeProto, "domain">): boolean {
  return domain === "" || domain === "ai.onnx";
}

function joined(owned: readonly (readonly (Known | null)[])[], place: number): Known | null {
  const parts = owned.flatMap((results) => {
    const known = results[place];
    return known && "constant" in known ? [known.constant] : [];
  });
  return parts.length === 0 ? null : { constant: union(parts) };
}

function union(parts: readonly Constant[]): Constant {
  const [only] = parts;
  if (parts.length === 1) return only!;
  const all = new Map<object, Origin>();
  for (const part of parts) {
    for (const [key, origin] of part) if (all.size < MOST_ORIGINS) all.set(key, origin);
  }
  return all;
}

/** Follows constants through a node to the constant that it gives. */
function throughNode(node: NodeProto, inputs: readonly (Constant | null)[]): Constant {
  if (node.opType === "DequantizeLinear") {
    const [codes, ...rest] = inputs;
    const scales = rest.flatMap((input) => (input ? [...input.values()] : []));
    return changed(codes ?? new Map(), (origin) => ({ ...origin, unpacked: origin.unpacked ?? { node, scales } }));
  }
  // Inputs that only describe the layout (shapes, axes) are no weights.
  if (LAYOUT.has(node.opType)) {
    const [data] = inputs;
    const turns = node.opType === "Transpose" && swapsLastTwo(node);
    return turns ? changed(data!, (origin) => ({ ...origin, turned: !origin.turned })) : (data ?? new Map());
  }
  const all = union(inputs.filter((input) => input !== null));
  if (SCALES_CODES.has(node.opType)) {
    const codes = [...all.values()].filter(({ type, cast }) => cast && holdsCodes(type));
    const [only] = codes;
    if (only && codes.length === 1) {
      const scales = [...(only.unpacked?.scales ?? []), ...[...all.values()].filter((origin) => origin !== only)];
      return new Map([[only.key, { ...only, unpacked: { node: only.unpacked?.node ?? node, scales } }]]);
    }
  }
  return node.opType === "Cast" ? changed(all, (origin) => ({ ...origin, cast: true })) : all;
}

/** How exporters without a DequantizeLinear make weights of codes. */
const SCALES_CODES = new Set(["Mul", "Sub"]);
const LAYOUT = new Set("Identity Transpose Reshape Squeeze Unsqueeze Flatten Slice Split Expand Pad Tile".split(" "));

function changed(constant: Constant, change: (origin: Origin) => Origin): Constant {
  return new Map([...constant].map(([key, origin]) => [key, change(origin)]));
}

/** Without `perm` all axes are reversed; two are swapped then, and of more the last two end up in front. */
function swapsLastTwo(node: NodeProto): boolean {
  const perm = node.attribute.find(({ name }) => name === "perm")?.ints;
  if (!perm) return true;
  return Number(perm.at(-1)) === perm.length - 2 && Number(perm.at(-2)) === perm.length - 1;
}

function constantOf(node: NodeProto): Known {
  const [output = ""] = node.output;
  const tensor = node.attribute.find(({ name }) => name === "value")?.t;
  if (tensor) return stored(tensor, tensor.name || output);
  const sparse = sparseConstant(node);
  if (sparse) return sparseOrigin(sparse, output, node);
  const floats = node.attribute.find(({ name }) => name === "value_floats")?.floats.length ?? 0;
  const dims = [floats];
  const origin = { key: node, name: output, dims, type: FLOAT, bytes: 4 * floats, elements: floats };
  return { constant: new Map([[node, { ...origin, turned: false, unpacked: null, cast: false }]]) };
}

function stored(tensor: TensorProto, name: string): Known {
  const dims = tensor.dims.map(Number);
  const elements = elementCount(tensor);
  const sizes = { dims, type: tensor.dataType, bytes: tensorBytes(tensor), elements };
  return { constant: new Map([[tensor, { key: tensor, name, ...sizes, turned: false, unpacked: null, cast: false }]]) };
}

/** @param key the same whenever the tensor is met; the values are, in a graph, whose extension is read once */
function sparseOrigin({ values, indices, dims }: SparseTensorProto, output: string, key: object = values ?? {}): Known {
  const name = (values?.name ?? "") || output;
  const shape = dims.map(Number);
  const bytes = (values ? tensorBytes(values) : 0) + (indices ? tensorBytes(indices) : 0);
  const elements = elementCount({ name, dims });
  const sizes = { dims: shape, type: values?.dataType ?? FLOAT, bytes, elements };
  return { constant: new Map([[key, { key, name, ...sizes, turned: false, unpacked: null, cast: false }]]) };
}
