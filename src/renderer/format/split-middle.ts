/** What a reader sees as one character stays whole. */
const segmenter = new Intl.Segmenter("en");

/**
 * Cuts a text so that its end always stays visible: the head may be shortened with an ellipsis, the tail may not. Names of
 * models and folders differ at their ends.
 */
export function splitMiddle(text: string, tailLength = 14): { head: string; tail: string } {
  const characters = Array.from(segmenter.segment(text), ({ segment }) => segment);
  if (characters.length <= 2 * tailLength) return { head: text, tail: "" };
  return { head: characters.slice(0, -tailLength).join(""), tail: characters.slice(-tailLength).join("") };
}
