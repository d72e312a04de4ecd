/** The one way to the terminal: whatever a name or a text holds, it is shown and steers nothing. */
import { visible, visibleJson } from "#shared/visible.ts";

/** A result, to stdout. */
export function print(text: string): void {
  process.stdout.write(visible(text));
}

/** A result for a program, as one line. */
export function printJson(value: unknown): void {
  process.stdout.write(`${visibleJson(JSON.stringify(value))}\n`);
}

/** For people, to stderr. */
export function say(text: string): void {
  process.stderr.write(visible(text));
}
