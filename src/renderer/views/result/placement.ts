import { PROVIDER_IDS, type ProviderId, PROVIDERS } from "#shared/providers/providers.ts";

interface Placement {
  /** All nodes; 0 where the cell was not loaded. */
  readonly nodes: number;
  /** Nodes that ran on another provider than the cell's. */
  readonly elsewhere: number;
  /** By provider as people call it, the most nodes first. */
  readonly rows: readonly { readonly name: string; readonly count: number }[];
}

/** @param placement nodes by the provider's name in ONNX Runtime's profile */
export function placementOf(provider: ProviderId, placement: Readonly<Record<string, number>>): Placement {
  const entries = Object.entries(placement).filter(([, count]) => count > 0);
  const nodes = entries.reduce((sum, [, count]) => sum + count, 0);
  const own = placement[PROVIDERS[provider].profileName] ?? 0;
  const rows = entries
    .map(([profileName, count]) => {
      const id = PROVIDER_IDS.find((each) => PROVIDERS[each].profileName === profileName);
      return { name: id ? PROVIDERS[id].label : profileName, count };
    })
    .sort((a, b) => b.count - a.count);
  return { nodes, elsewhere: nodes - own, rows };
}
