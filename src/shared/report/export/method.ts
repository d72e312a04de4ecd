/** What the numbers of a report are, in the fewest words that leave no doubt; docs/measurement.md has the rest. */
export const METHOD: readonly string[] = Object.freeze([
  "A cell is one file of the model on one execution provider. Every launch is a fresh process; launches go round by round over the cells in changing order, so that a machine that warms up does it to all of them alike.",
  "Memory is the peak resident set above the idle process with the runtime loaded, loading included, in MiB (2^20 bytes). Latency is the wall time of one forward pass over batch × sequence length tokens with an empty cache, logits fetched; the number is the median over launches.",
  "Intervals are 95 %: for speed from the launches (signed-rank; fewer than six launches give the range that was seen, which is no interval), for shares of questions Wilson's, for changes of accuracy from the paired questions (McNemar's test), for next tokens a bootstrap over questions or text chunks.",
  "Jaccard@k is the share of the k most likely next tokens that both cells have in common, over both sets. KL divergence is in nats, exact over the whole vocabulary unless it stands behind ≥, where it is a lower bound from the stored top tokens. Perplexity is that of the second half of each chunk of running text, as a ratio to the reference's.",
  "A verdict says “quantize” when something is saved and a loss of accuracy beyond the margin is ruled out, “keep” when nothing is saved or a loss is shown, and otherwise that the data cannot say. p-values of several candidates are adjusted after Holm.",
]);
