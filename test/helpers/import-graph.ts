/** What a program file reaches by its imports, read from the text: our sources and what is built from them. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./host-process.ts";

/** `import x from "y"`, `export { x } from "y"`, `import "y"`; what is for types alone is not there when it runs. */
const STATIC = /^(?:import|export)\s(?!type\s)(?:[^"';]*?\sfrom\s*)?"([^"]+)";?$/gm;
const DYNAMIC = /\bimport\("([^"]+)"\)/g;

interface Reached {
  /** Paths of our own files, the first too. */
  readonly files: ReadonlySet<string>;
  /** Node's own modules and packages, as they are imported. */
  readonly others: ReadonlySet<string>;
}

/** @param dynamic whether to follow `import()` as well */
export function reachedFrom(entry: string, dynamic: boolean): Reached {
  const files = new Set<string>();
  const others = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const specifier of importsOf(readFileSync(file, "utf8"), dynamic)) {
      const target = ownFile(file, specifier);
      if (target === null) others.add(specifier);
      else visit(target);
    }
  };
  visit(entry);
  return { files, others };
}

export function importsOf(text: string, dynamic: boolean): string[] {
  const patterns = dynamic ? [STATIC, DYNAMIC] : [STATIC];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, specifier]) => specifier!));
}

function ownFile(importer: string, specifier: string): string | null {
  const file = specifier.startsWith("#") ? join(ROOT, "src", specifier.slice(1)) : join(dirname(importer), specifier);
  if (!/^[.#]/.test(specifier)) return null;
  if (!existsSync(file)) throw new Error(`${importer} imports ${specifier}, which is not there`);
  return file;
}
