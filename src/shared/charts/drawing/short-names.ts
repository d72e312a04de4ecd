/** Names too long for their room, cut in the middle so that what tells them apart stays. */

/** What a reader sees as one character stays whole. */
const segmenter = new Intl.Segmenter("en");
const DOTS = "…";
/** Longer names are cut, in legends and at axes alike. */
export const LONGEST_NAME = 26;

/**
 * @param most characters of a name, at least 6
 * @returns in the same order; names that differed differ still
 */
export function shortNames(names: readonly string[], most = LONGEST_NAME): string[] {
  const whole = new Map(names.map((name) => [name, charactersOf(name)]));
  const short = new Map([...whole].map(([name, characters]) => [name, cut(characters, most).join("")]));
  for (const [text, alike] of groupsOf(short)) {
    if (alike.length < 2) continue;
    const found = apart(
      alike.map((name) => whole.get(name)!),
      most,
    );
    const distinct = new Set(found).size === found.length;
    alike.forEach((name, index) => short.set(name, distinct ? found[index]! : `${text} (${index + 1})`));
  }
  return names.map((name) => short.get(name)!);
}

function charactersOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function groupsOf(short: ReadonlyMap<string, string>): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, text] of short) groups.set(text, [...(groups.get(text) ?? []), name]);
  return groups;
}

/** Head and tail, the tail a little longer: names of files and folders differ at their ends. */
function cut(characters: readonly string[], most: number): readonly string[] {
  if (characters.length <= most) return characters;
  const head = Math.floor((most - 1) / 2);
  return [...characters.slice(0, head), DOTS, ...characters.slice(characters.length - (most - 1 - head))];
}

/** Names that are alike at both ends: a piece of the head, where they differ, a piece of the tail. */
function apart(names: readonly (readonly string[])[], most: number): string[] {
  const shortest = Math.min(...names.map(({ length }) => length));
  const same = (at: (name: readonly string[]) => string | undefined): boolean => new Set(names.map(at)).size === 1;
  let head = 0;
  while (head < shortest && same((name) => name[head])) head += 1;
  let tail = 0;
  while (tail < shortest - head && same((name) => name.at(-1 - tail))) tail += 1;
  return names.map((name) => {
    const middle = cut(name.slice(head, name.length - tail), most - 4);
    const rest = Math.max(2, most - middle.length - 2);
    const before = name.slice(0, Math.min(head, Math.ceil(rest / 2)));
    const after = tail === 0 ? [] : name.slice(-Math.min(tail, Math.floor(rest / 2)));
    const parts = [
      ...before,
      ...(before.length < head ? [DOTS] : []),
      ...middle,
      ...(after.length < tail ? [DOTS] : []),
      ...after,
    ];
    return parts.join("");
  });
}
