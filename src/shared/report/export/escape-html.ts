const ENTITIES: Readonly<Record<string, string>> = Object.freeze({
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
});

/** Text for HTML and SVG, in an element or a quoted attribute. Control characters, which XML forbids, become spaces. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, " ")
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
}
