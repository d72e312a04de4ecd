/** GPT-2's characters for bytes: those that can be seen stand for themselves, the others follow from U+0100. */
const CHARACTERS: readonly string[] = (() => {
  const visible = (byte: number): boolean =>
    (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad && byte <= 0xff);
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(visible(byte) ? byte : next++));
})();

/** A text's UTF-8 bytes, each as its character. */
export function byteCharacters(text: string): string {
  return Array.from(Buffer.from(text), (byte) => CHARACTERS[byte]).join("");
}
