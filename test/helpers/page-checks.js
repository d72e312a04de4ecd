/**
 * Runs inside a page (it is sent as text): what an accessibility checker would say first.
 * @returns {string[]} one line for each thing that is wrong
 */
export function accessibilityProblems() {
  const problems = [];
  const visible = [...document.querySelectorAll("body *")].filter((element) => element.checkVisibility());
  const named = (element) =>
    (element.getAttribute("aria-label") ?? element.textContent ?? "").trim() !== "" || element.title !== "";

  if (!document.documentElement.lang) problems.push("the document has no language");
  if (document.title === "") problems.push("the document has no title");
  if (document.querySelectorAll("h1").length !== 1) problems.push("there is not exactly one h1");
  if (document.querySelectorAll("main").length !== 1) problems.push("there is not exactly one main");
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  if (new Set(ids).size !== ids.length) problems.push("an id occurs twice");
  for (const button of document.querySelectorAll("button, [tabindex='0'], a")) {
    if (!named(button)) problems.push(`${button.outerHTML.slice(0, 80)} has no name`);
  }
  for (const th of document.querySelectorAll("th")) {
    if (!th.scope) problems.push(`the header "${th.textContent}" has no scope`);
  }
  for (const element of visible) {
    const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
    if (!own) continue;
    const ratio = contrast(element);
    if (ratio < 4.5) problems.push(`"${element.textContent.trim()}" has a contrast of ${ratio.toFixed(2)}`);
  }
  return problems;

  /** WCAG 2: the text's colour against the nearest opaque background. */
  function contrast(element) {
    let behind = element;
    while (behind && alpha(getComputedStyle(behind).backgroundColor) === 0) behind = behind.parentElement;
    const ground = luminance(getComputedStyle(behind ?? document.documentElement).backgroundColor);
    const text = luminance(getComputedStyle(element).color);
    return (Math.max(ground, text) + 0.05) / (Math.min(ground, text) + 0.05);
  }

  function channels(colour) {
    return colour.match(/[\d.]+/g).map(Number);
  }

  function alpha(colour) {
    return channels(colour)[3] ?? 1;
  }

  function luminance(colour) {
    const [red, green, blue] = channels(colour)
      .slice(0, 3)
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }
}
