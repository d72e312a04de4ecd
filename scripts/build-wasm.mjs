// `npm run build:wasm`: compiles tools/wasm with AssemblyScript into src/core/quantize/weights/wasm-binary.ts, which is
// committed: nobody else needs the compiler. With --check it only says whether the two belong together.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";

const root = join(import.meta.dirname, "..");
const target = join(root, "src/core/quantize/weights/wasm-binary.ts");

/** The module that holds the compiled loops, as text. */
export async function compileWasm() {
  const { main } = await import("assemblyscript/asc");
  const { error, stdout, stderr, binary } = await compile(main);
  if (error) throw new Error(`AssemblyScript: ${error.message}\n${stdout}${stderr}`);
  const text = `/** Made from tools/wasm by \`npm run build:wasm\`; do not edit. */
export const WASM_BASE64 = "${Buffer.from(binary).toString("base64")}";
`;
  return await format(text, { parser: "typescript", printWidth: 120 });
}

async function compile(main) {
  let binary = null;
  const options = [
    "--enable",
    "simd",
    "--enable",
    "relaxed-simd",
    "--runtime",
    "stub",
    "-O3",
    "--noAssert",
    "--converge",
  ];
  const { error, stdout, stderr } = await main(["index.ts", "--outFile", "index.wasm", ...options], {
    readFile: (name) => {
      const path = join(root, "tools/wasm", name);
      return existsSync(path) ? readFileSync(path, "utf8") : null;
    },
    writeFile: (name, content) => {
      if (name === "index.wasm") binary = content;
    },
    listFiles: () => [],
  });
  return { error, stdout, stderr, binary };
}

if (process.argv[1] === import.meta.filename) {
  const text = await compileWasm();
  if (!process.argv.includes("--check")) writeFileSync(target, text);
  else if (readFileSync(target, "utf8") !== text) {
    process.stderr.write(`${target} is not what tools/wasm compiles to: npm run build:wasm\n`);
    process.exitCode = 1;
  }
}
