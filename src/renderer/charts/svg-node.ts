import type { SvgElement } from "#shared/charts/drawing/svg-pen.ts";

const NAMESPACE = "http://www.w3.org/2000/svg";

/** Elements of the page, made one by one: its policy takes no markup from texts. */
export function svgNode({ name, attributes, children }: SvgElement): SVGElement {
  const node = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) if (key !== "xmlns") node.setAttribute(key, value);
  node.append(...children.map((child) => (typeof child === "string" ? child : svgNode(child))));
  return node;
}
