/**
 * A text in three parts: what it has in common with the reference's, the word that differs first, and the rest. The word
 * begins where it begins, although the first letters may still be the same; it is no token, because a token may be half one.
 * @param sameCharacters that both texts begin with
 */
export function splitText(text: string, sameCharacters: number): { same: string; word: string; rest: string } {
  const before = text.slice(0, sameCharacters);
  const start = before.length - /\S*$/.exec(before)![0].length;
  const length = /^\s*\S*/.exec(text.slice(start))![0].length;
  return { same: text.slice(0, start), word: text.slice(start, start + length), rest: text.slice(start + length) };
}
