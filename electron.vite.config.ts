import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "electron-vite";

// Three builds: main (with every Node entry beside it), preload, renderer. The entries keep stable names because other
// processes are started by path: out/main/worker.js is the measuring child, out/main/cli.js the command line,
// out/main/host.js the loopback host, out/main/quantize-thread.js a thread of the quantizer, out/main/run-reader.js the child
// that reads and compares stored runs.

/** Files that a process or a thread starts with: each stays a file of its own, or whoever loads its chunk would run it too. */
const ENTRIES = {
  index: "src/main/index.ts",
  worker: "src/worker/index.ts",
  cli: "src/cli/index.ts",
  host: "src/host/index.ts",
  "quantize-thread": "src/core/quantize/threads/thread.ts",
  "run-reader": "src/core/app/stored-runs/run-reader-child.ts",
};

// What starts together lies together: `quantize` opens six files and not twenty.
const CHUNKS = [
  {
    name: "cli",
    pattern: /src\/cli\/(program|exit|interrupt|text|progress-line|model-argument)\.ts$|node_modules\/commander/,
  },
  { name: "onnx", pattern: /src\/core\/(onnx|models)\/|src\/shared\/(errors|recipe\.|formats\/|format-numbers)/ },
  { name: "quantize", pattern: /src\/core\/quantize\/(?!read-sidecar)|src\/cli\/commands\/quantize/ },
].map(({ name, pattern }) => ({
  name,
  test: (file: string) => pattern.test(file) && !Object.values(ENTRIES).some((entry) => file.endsWith(`/${entry}`)),
}));

/**
 * Node's own modules without Node's import: that reads every property of a module, and those of node:fs load streams and
 * promises, which few commands use.
 */
const plainBuiltins = {
  name: "quantscope:plain-builtins",
  renderChunk: (code: string) => ({
    code: code.replace(/^import (.+?) from "(node:[\w/]+)";$/gm, (_all, what: string, id: string) => {
      const [, all, rest] = /^(?:(?:\* as )?([\w$]+))?(?:, )?(\{.*\})?$/.exec(what)!;
      const builtin = `process.getBuiltinModule("${id}")`;
      const names = rest?.replaceAll(/ as /g, ": ");
      return [all, names].flatMap((name) => (name ? `const ${name} = ${builtin};` : [])).join(" ");
    }),
  }),
};

export default defineConfig({
  main: {
    plugins: [plainBuiltins],
    build: {
      // Small pure packages are bundled: one file is read faster than fifty. Native ones stay outside.
      externalizeDeps: { exclude: ["commander", "env-paths", "zod"] },
      rolldownOptions: {
        input: ENTRIES,
        output: { codeSplitting: { groups: CHUNKS } },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload can load nothing but one CommonJS file.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: "src/preload/index.ts" },
        output: { format: "cjs", entryFileNames: "[name].cjs" },
      },
    },
  },
  renderer: {
    plugins: [svelte()],
    build: { minify: true, rolldownOptions: { input: { index: "src/renderer/index.html" } } },
  },
});
