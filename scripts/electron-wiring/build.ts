/** Builds src/main's glue and src/preload for an Electron of 2021 into a folder of the test's. */
import { join } from "node:path";
import { build, type InlineConfig, type Plugin } from "vite";

const here = import.meta.dirname;
const root = join(here, "..", "..");
const ADAPTER = join(here, "electron-9.ts");
/** Groups of requests whose modules reach native code; checking and answering (core/app/handlers.ts) stay what they are. */
const LAB = /[\\/]core[\\/]app[\\/]handlers[\\/](\w+)\.ts$/;
const PROMISES = "\0fs-promises";

function forElectron9(adapt: boolean): Plugin {
  return {
    name: "electron-9",
    enforce: "pre",
    async resolveId(source, importer) {
      if (source === "electron") return adapt && importer !== ADAPTER ? ADAPTER : { id: "electron", external: true };
      if (source === "node:fs/promises") return PROMISES;
      // Node 12 does not know the prefix.
      if (source.startsWith("node:")) return { id: source.slice("node:".length), external: true };
      const resolved = await this.resolve(source, importer, { skipSelf: true });
      const group = LAB.exec(resolved?.id ?? "")?.[1];
      return group === undefined ? resolved : `\0lab-${group}`;
    },
    load(id) {
      if (id === PROMISES) return `import { promises } from "fs"; export const readFile = promises.readFile;`;
      if (!id.startsWith("\0lab-")) return null;
      const name = id.slice("\0lab-".length);
      // modelHandlers is in models.ts, benchHandlers in bench.ts.
      const names = new Set([name, name.replace(/s$/, "")]);
      return [...names].map((group) => `export const ${group}Handlers = () => ({});`).join("\n");
    },
  };
}

function config(input: string, outDir: string, fileName: string, adapt: boolean): InlineConfig {
  return {
    configFile: false,
    root,
    logLevel: "error",
    plugins: [forElectron9(adapt)],
    ssr: { noExternal: true },
    build: {
      ssr: input,
      outDir,
      emptyOutDir: false,
      target: "node12",
      rolldownOptions: { output: { format: "cjs", entryFileNames: fileName } },
    },
  };
}

/** @param out takes main.cjs and index.cjs, the preload script */
export async function buildForElectron9(out: string): Promise<void> {
  await build(config(join(here, "main.ts"), out, "main.cjs", true));
  await build(config(join(root, "src", "preload", "index.ts"), out, "index.cjs", false));
}
