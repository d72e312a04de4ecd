/**
 * Characters that steer whatever shows a text, instead of being shown: C0 but line ends and tabs, DEL, C1, line separators, and
 * the marks that change the direction of writing. Names, texts and notes come from files of other people.
 */
const STEERING =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\r(?!\n)/g;

/** With each of them as what it is: `\x1b`, `\u202e`. */
export function visible(text: string): string {
  return text.replaceAll(STEERING, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : jsonEscape(character);
  });
}

/** A name in the middle of a line: it begins no line of its own either. */
export function visibleLine(text: string): string {
  return visible(text.replaceAll(/\s*[\r\n\t]+\s*/g, " "));
}

/** JSON that is the same to whoever reads it, and steers nothing. JSON.stringify leaves all but C0 as they are. */
export function visibleJson(json: string): string {
  return json.replaceAll(STEERING, jsonEscape);
}

function jsonEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
