/** JSON as Python's `json` writes it: NaN, Infinity and -Infinity stand bare where a number should. */
const BARE_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:Infinity|NaN)\b/g;

/**
 * Bare NaN and Infinity become the texts "NaN", "Infinity" and "-Infinity".
 * @throws SyntaxError as JSON.parse
 */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/\b(?:Infinity|NaN)\b/.test(text)) throw error;
    return JSON.parse(text.replaceAll(BARE_NUMBER, (found) => (found.startsWith('"') ? found : `"${found}"`)));
  }
}

/** Where and why a text is no JSON, in words: that it is cut short counts more than what the parser expected there. */
export function jsonProblem(text: string, error: unknown): string {
  const { message } = error as Error;
  const end = text.trimEnd();
  const position = Number(/at position (\d+)/.exec(message)?.[1] ?? -1);
  if (/Unexpected end|Unterminated/.test(message) || position >= end.length) {
    return `it is cut short, in line ${end.split("\n").length}`;
  }
  return message.replace(/\.$/, "");
}
