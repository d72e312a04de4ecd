import type { DecoderSignature } from "#core/models/decoder-signature.ts";
import type { GraphFacts } from "#core/onnx/graph-facts.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import type { LoadOptions } from "../session.ts";
import type { SteppingMethod } from "#shared/results.ts";
import type { GraphChoice } from "#shared/spec.ts";
import { type CacheGrowth, readCacheGrowth } from "./cache-growth.ts";
import { editableCopy } from "./edited-session.ts";
import { fuseAttention } from "./fuse-attention.ts";
import { roundsActivations } from "../arithmetic.ts";
import { inPlaceGraph, slimAttentionGraph, slimCutGraph, slimMaskedGraph, type StepGraph } from "./step-graph.ts";
import type { Stepper } from "./stepper.ts";

export interface StepperOptions extends LoadOptions {
  /** "fused" puts GroupQueryAttention in the place of the exported attention, in memory; default "exported". */
  readonly graph?: GraphChoice;
  /** No faster way than this one is tried; default "in-place". */
  readonly fastest?: SteppingMethod;
}

/** One way of stepping that a graph's structure allows; whether it is right is for the proof. */
export interface Way {
  /** In words, for the reason why it was not taken. */
  readonly name: string;
  readonly graph: Stepper["graph"];
  /** Makes the graph; each call edits a copy of its own. */
  edit(): StepGraph;
}

/** @returns the fastest first; in the place of a way that the graph does not allow the reason, in words */
export function listWays(
  model: OnnxModel,
  facts: GraphFacts,
  { signature, provider, graph = "exported", fastest = "in-place" }: StepperOptions,
): (Way | string)[] {
  if (fastest === "plain") return ["in place and slim outputs: not asked for"];
  const ways: (Way | string)[] = [];
  const growth = readCacheGrowth(model, signature);
  // Dynamic quantization takes the range of a whole tensor: the head's input at all positions is what it ranges over.
  const lastOnly = !facts.dynamicQuantization;
  const inBuffers = (base: () => OnnxModel, of: Stepper["graph"]): void => {
    const name = of === "fused" ? "fused attention" : "attention";
    if (fastest === "slim") ways.push(`${name}, in place: not asked for`);
    else if (provider === "cpu") {
      ways.push({
        name: `${name}, in place`,
        graph: of,
        edit: () => inPlaceGraph(base(), signature, lastOnly),
      });
    } else ways.push(`${name}, in place: ${provider} keeps the cache in memory of its own`);
    ways.push({
      name: `${name}, slim outputs`,
      graph: of,
      edit: () => slimAttentionGraph(base(), signature, lastOnly),
    });
  };

  if (graph === "fused") {
    const fused = fuse(model, facts, signature, growth);
    if (typeof fused === "string") ways.push(`fused attention: ${fused}`);
    else inBuffers(() => editableCopy(fused), "fused");
  }
  if (typeof growth === "string") ways.push(`in place and slim outputs: ${growth}`);
  else if (growth.by === "attention") inBuffers(() => editableCopy(model), "exported");
  else {
    const { news } = growth;
    ways.push("in place: the graph joins its cache by Concat, which makes a new one at every step");
    if (signature.positionIds && !roundsActivations(facts)) {
      ways.push({
        name: "slim outputs, free slots masked",
        graph: "exported",
        edit: () => slimMaskedGraph(editableCopy(model), signature, news, lastOnly),
      });
    } else {
      const why = signature.positionIds
        ? "its format rounds activations, and free slots change the order of sums"
        : "without position_ids free slots would count as positions";
      ways.push(`slim outputs, free slots masked: ${why}`);
    }
    ways.push({
      name: "slim outputs, free slots cut off",
      graph: "exported",
      edit: () => slimCutGraph(editableCopy(model), signature, news, lastOnly),
    });
  }
  return ways;
}

function fuse(
  model: OnnxModel,
  facts: GraphFacts,
  signature: DecoderSignature,
  growth: CacheGrowth | string,
): OnnxModel | string {
  if (typeof growth === "string") return growth;
  if (growth.by === "attention") return "the graph has GroupQueryAttention already";
  // Equal bits are asked of such formats, and a fused sum never has the order of the exported one: no need to load it.
  if (roundsActivations(facts)) return "its format rounds activations, and fused attention adds up in another order";
  const copy = editableCopy(model);
  return fuseAttention(copy, signature, growth.news) ?? copy;
}
