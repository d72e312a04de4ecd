/** How wide a text is, so that a drawing is laid out alike with and without a screen. */

/** Widths of characters in thousandths of the size, of the font in resources/fonts, which a test compares; most are near. */
const WIDTHS: readonly (readonly [width: number, characters: string])[] = [
  [245, " 'ij,.l"],
  [290, "!:;"],
  [330, "|[]f·(){}"],
  [360, "tr"],
  [400, '/\\-I"'],
  [470, "*z°?"],
  [500, "svyLcxJ"],
  [530, "kgaeF"],
  [575, "o_hnuTµZbdpqSE–"],
  [600, "$+0123456789<=>^`~−×≥≤±PYVX"],
  [640, "CKRAB"],
  [680, "DU&G"],
  [710, "HNOQ#"],
  [790, "w…M"],
  [880, "m@W"],
  [927, "%"],
];
const BY_CHARACTER = new Map(WIDTHS.flatMap(([width, all]) => Array.from(all, (character) => [character, width])));
/** Letters of other scripts; from here on they are as wide as high. */
const OTHER = 620;
const WIDE_FROM = 0x2e80;
const WIDE = 1000;
/** A reader's own font may be wider than ours. */
const SLACK = 1.08;
const STRONG = 1.05;

/** @param size in pixels; @returns pixels, rather too many than too few */
export function textWidth(text: string, size: number, strong = false): number {
  let thousandths = 0;
  for (const character of text) {
    const other = character.codePointAt(0)! >= WIDE_FROM ? WIDE : OTHER;
    thousandths += BY_CHARACTER.get(character) ?? other;
  }
  return (thousandths / 1000) * size * SLACK * (strong ? STRONG : 1);
}

/** Words in lines that are no wider than `width`; a longer word has a line of its own. */
export function wrapped(text: string, size: number, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").filter((each) => each !== "")) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)!} ${word}`;
    if (lines.length > 0 && textWidth(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
