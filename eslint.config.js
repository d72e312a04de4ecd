import svelte from "eslint-plugin-svelte";
import tseslint from "typescript-eslint";
import { importTableRule } from "./scripts/lint/import-table.ts";
import svelteConfig from "./svelte.config.js";

const lab = { rules: { "import-table": importTableRule } };

export default tseslint.config(
  {
    ignores: [
      "out/",
      "node_modules/",
      "test/core/onnx/oracle/onnx_pb.ts",
      "resources/",
      "test/fixtures/",
      "scripts/demo-model/",
      ".cache/",
      // AssemblyScript.
      "tools/wasm/",
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: { parserOptions: { projectService: true, extraFileExtensions: [".svelte"] } },
    plugins: { lab },
    rules: {
      "lab/import-table": "error",
      "max-lines": ["error", { max: 400, skipBlankLines: false, skipComments: false }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // Typed arrays read in hot loops: a bounds-checked `!` says the index is in range, where `?? 0` would hide a bug.
      "@typescript-eslint/no-non-null-assertion": "off",
      // The field's names are types here (a metric, a pass): interfaces and type aliases are chosen by what reads better.
      "@typescript-eslint/consistent-type-definitions": "off",
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: tseslint.parser, svelteConfig } },
  },
  { files: ["**/*.js", "**/*.mjs"], ...tseslint.configs.disableTypeChecked },
);
