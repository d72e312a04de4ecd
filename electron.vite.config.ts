import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "electron-vite";

// Three builds: main (with every Node entry beside it), preload, renderer. The entries keep stable names because other
// processes are started by path: out/main/worker.js is the measuring child, out/main/cli.js the command line,
// out/main/host.js the loopback host, out/main/quantize-thread.js a thread of the quantizer, out/main/run-reader-thread.js
// the one that reads and compares stored runs.
export default defineConfig({
  main: {
    build: {
      // Small pure packages are bundled: one file is read faster than fifty. Native ones stay outside.
      externalizeDeps: { exclude: ["@bufbuild/protobuf", "commander", "env-paths", "zod"] },
      rolldownOptions: {
        input: {
          index: "src/main/index.ts",
          worker: "src/worker/index.ts",
          cli: "src/cli/index.ts",
          host: "src/host/index.ts",
          "quantize-thread": "src/core/quantize/thread.ts",
          "run-reader-thread": "src/core/app/run-reader-thread.ts",
        },
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
