import type { Command } from "./commands.svelte.ts";

/**
 * Commands whose title, group or words hold every word of the search, best first: a title that begins with it, then a word
 * that does, then anywhere. Equal ones keep their order.
 */
export function findCommands(commands: readonly Command[], search: string): Command[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return commands
    .map((command) => ({ command, rank: rank(command, words) }))
    .filter(({ rank }) => rank !== null)
    .sort((a, b) => a.rank! - b.rank!)
    .map(({ command }) => command);
}

function rank({ title, group, words = "" }: Command, search: readonly string[]): number | null {
  const name = title.toLowerCase();
  const rest = ` ${name} ${group.toLowerCase()} ${words.toLowerCase()}`;
  if (!search.every((word) => rest.includes(word))) return null;
  const [first] = search;
  if (first === undefined || name.startsWith(search.join(" "))) return 0;
  return search.every((word) => rest.includes(` ${word}`)) ? 1 : 2;
}
