import type { DecoderSignature, TensorInfo } from "#core/models/decoder-signature.ts";
import type { Feeds } from "./ort.ts";
import { numberTensor } from "./tensors.ts";

/** The tokens of one run. */
interface FedTokens {
  /** [sequences, tokens of each] */
  readonly dims: readonly [number, number];
  /** Row by row, as are the positions. */
  readonly ids: ArrayLike<number>;
  readonly positions: ArrayLike<number>;
  /** Tokens that the cache holds already. */
  readonly pastLength: number;
}

/** What a run is fed besides its cache and its mask, as far as the graph asks for it. */
export function tokenFeeds(signature: DecoderSignature, { dims, ids, positions, pastLength }: FedTokens): Feeds {
  const [batch, tokens] = dims;
  const feeds: Feeds = {};
  const put = (input: TensorInfo | null, values: ArrayLike<number>, shape: readonly number[]): void => {
    if (input) feeds[input.name] = numberTensor(input.type, values, shape);
  };
  put(signature.inputIds, ids, dims);
  put(signature.positionIds, positions, dims);
  put(signature.tokenTypeIds, new Uint8Array(batch * tokens), dims);
  put(
    signature.cachePosition,
    Array.from({ length: tokens }, (_, index) => pastLength + index),
    [tokens],
  );
  put(signature.useCacheBranch, [pastLength > 0 ? 1 : 0], signature.useCacheBranch?.dims.length === 0 ? [] : [1]);
  put(signature.logitsToKeep, [0], signature.logitsToKeep?.dims.length === 1 ? [1] : []);
  return feeds;
}
