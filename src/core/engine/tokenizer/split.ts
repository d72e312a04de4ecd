/** What becomes of the matches when a text is split at them, by the names that tokenizer.json uses. */
export type SplitBehavior = "Removed" | "Isolated" | "MergedWithPrevious" | "MergedWithNext" | "Contiguous";

interface Piece {
  text: string;
  readonly isMatch: boolean;
}

/**
 * Splits a text at a global pattern. `invert` swaps matches and the text between them.
 * A match merges only with text that is no match itself: in a run of matches the second one starts a piece of its own,
 * while Contiguous makes one piece of the run.
 */
export function splitText(text: string, pattern: RegExp, behavior: SplitBehavior, invert = false): string[] {
  const pieces = piecesOf(text, pattern, invert);
  switch (behavior) {
    case "Removed":
      return pieces.filter(({ isMatch }) => !isMatch).map((piece) => piece.text);
    case "Isolated":
      return pieces.map((piece) => piece.text);
    case "Contiguous":
      return join(pieces, (left, right) => left.isMatch === right.isMatch);
    case "MergedWithPrevious":
      return join(pieces, (left, right) => right.isMatch && !left.isMatch);
    case "MergedWithNext":
      return join(pieces, (left, right) => left.isMatch && !right.isMatch);
  }
}

/** The whole text in order, matches and what lies between them; empty pieces are left out. */
function piecesOf(text: string, pattern: RegExp, invert: boolean): Piece[] {
  const pieces: Piece[] = [];
  const add = (start: number, end: number, isMatch: boolean): void => {
    if (end > start) pieces.push({ text: text.slice(start, end), isMatch: isMatch !== invert });
  };
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (isBetweenHalves(text, match)) continue;
    add(end, match.index, false);
    end = match.index + match[0].length;
    add(match.index, end, true);
  }
  add(end, text.length, false);
  return pieces;
}

/** Glues neighbours together; the question is asked of the pieces as they were, not of what was glued. */
function join(pieces: readonly Piece[], belongTogether: (left: Piece, right: Piece) => boolean): string[] {
  const joined: string[] = [];
  for (const [index, piece] of pieces.entries()) {
    const left = pieces[index - 1];
    if (left && belongTogether(left, piece)) joined.push((joined.pop() ?? "") + piece.text);
    else joined.push(piece.text);
  }
  return joined;
}

/** Replaces every match by `content` as it is written; JavaScript would fill in "$1" and "$&". */
export function replaceMatches(text: string, pattern: RegExp, content: string): string {
  let replaced = "";
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (isBetweenHalves(text, match)) continue;
    replaced += text.slice(end, match.index) + content;
    end = match.index + match[0].length;
  }
  return replaced + text.slice(end);
}

/** Reference: `^` is not found after a text's last line end. Library: it is. */
export function fixAnchors({ source, flags }: RegExp): RegExp {
  const library = String.raw`(?:(?<![\s\S])|(?<=\n))`;
  return new RegExp(source.replaceAll(library, String.raw`(?:(?<![\s\S])|(?<=\n)(?=[\s\S]))`), flags);
}

/** V8 finds `^` between the two UTF-16 halves of a character, too. */
function isBetweenHalves(text: string, { 0: match, index }: RegExpMatchArray & { index: number }): boolean {
  return match === "" && /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(Math.max(0, index - 1), index + 1));
}
