/**
 * SentencePiece's precompiled character map: which characters, or short runs of them, a text normalizer replaces by
 * what. The bytes are a length, a double-array trie of that many bytes whose keys are UTF-8, and the replacements as
 * zero-terminated strings; a value of the trie is a replacement's position among them.
 */
export function readCharsmap(base64: string): (text: string) => string {
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length < 4 || bytes.readUInt32LE(0) > bytes.length - 4) throw new Error("the precompiled charsmap is cut");
  const trieEnd = 4 + bytes.readUInt32LE(0);
  const units = Uint32Array.from({ length: (trieEnd - 4) >> 2 }, (_, index) => bytes.readUInt32LE(4 + 4 * index));
  const replacements = bytes.subarray(trieEnd);

  const replacementOf = (part: string): string | undefined => {
    const start = shortestMatch(units, Buffer.from(part));
    if (start === undefined) return undefined;
    const end = replacements.indexOf(0, start);
    return replacements.toString("utf8", start, end < 0 ? undefined : end);
  };
  // A grapheme of up to five bytes is looked up whole (a letter with its accent), else character by character.
  const replaced = memoized((grapheme) => {
    const whole = Buffer.byteLength(grapheme) < 6 ? replacementOf(grapheme) : undefined;
    return whole ?? Array.from(grapheme, (character) => replacementOf(character) ?? character).join("");
  });
  return (text) => graphemes(text).map(replaced).join("");
}

const segmenter = new Intl.Segmenter("und", { granularity: "grapheme" });

function graphemes(text: string): string[] {
  // The fast path: ASCII without \r has no grapheme of several characters.
  if (/^[\0-\x0c\x0e-\x7f]*$/.test(text)) return text.split("");
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** The value of the shortest key that `key` begins with. */
function shortestMatch(units: Uint32Array, key: Uint8Array): number | undefined {
  let position = offset(units[0] ?? 0);
  for (const byte of key) {
    if (byte === 0) return undefined;
    position ^= byte;
    const unit = units[position] ?? 0;
    if ((unit & 0x800000ff) !== byte) return undefined; // the unit's label; the sign bit marks a value
    position ^= offset(unit);
    if (unit & 0x100) return (units[position] ?? 0) & 0x7fffffff;
  }
  return undefined;
}

/** How far a unit's children are: 21 bits, counted in steps of 256 when bit 9 is set. */
function offset(unit: number): number {
  return (unit >>> 10) << (unit & 0x200 ? 8 : 0);
}

function memoized(compute: (key: string) => string): (key: string) => string {
  const known = new Map<string, string>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = compute(key);
      if (known.size < 20_000) known.set(key, value);
    }
    return value;
  };
}
