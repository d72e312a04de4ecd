import { visible } from "./visible.ts";

const ENTITIES: Readonly<Record<string, string>> = Object.freeze({
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
});

/**
 * Text for HTML and SVG, in an element or a quoted attribute. Control characters, which XML forbids, become spaces; what would
 * change the direction of the page around it becomes visible.
 */
export function escapeHtml(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, " ")
    .replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, visible)
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
}
