import svelte from "eslint-plugin-svelte";
import tseslint from "typescript-eslint";
import { importCirclesRule } from "./scripts/lint/import-circles.ts";
import { importTableRule } from "./scripts/lint/import-table.ts";
import svelteConfig from "./svelte.config.js";

/** What gives something else on a machine with another language. */
const SAME_EVERYWHERE = [
  {
    selector: "CallExpression[callee.property.name=/^toLocale/][arguments.length=0]",
    message: "Name the language: without one, numbers and letters are this machine's.",
  },
  {
    selector: "CallExpression[callee.property.name='localeCompare'][arguments.length=1]",
    message: "Use byName of shared/natural-order.ts: without a language, the order is this machine's.",
  },
  {
    selector: "NewExpression[callee.object.name='Intl'][arguments.length=0]",
    message: "Name the language: without one, it is this machine's.",
  },
];

/** What tests may not rely on: see test/elsewhere/machines.mjs. */
const ON_EVERY_MACHINE = [
  {
    selector: "CallExpression[callee.property.name='getByText'][arguments.length=1] > Literal[value=/^\\S*[a-z]\\S*$/]",
    message:
      "One word can be part of a processor's name or a path: match it exactly, or find its place (test/helpers/found.ts).",
  },
  {
    selector: "CallExpression[callee.property.name=/^toBeLessThan/] CallExpression[callee.property.name='now']",
    message:
      "Another machine is slower: compare with other work of the same run, or leave it to the test's time limit.",
  },
];

/** A terminal obeys what names and texts from files hold. */
const THROUGH_PRINT = [
  {
    selector:
      "MemberExpression[property.name=/^std(out|err)$/] ~ Identifier[name='write'], CallExpression[callee.property.name='write'][callee.object.property.name=/^std(out|err)$/]",
    message: "Print through cli/print.ts: it makes control characters visible.",
  },
];

const lab = { rules: { "import-circles": importCirclesRule, "import-table": importTableRule } };

export default tseslint.config(
  {
    ignores: [
      "out/",
      "node_modules/",
      "test/core/onnx/oracle/onnx_pb.ts",
      "resources/",
      "test/fixtures/",
      "tools/demo-model/",
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
      "lab/import-circles": "error",
      "lab/import-table": "error",
      "max-lines": ["error", { max: 400, skipBlankLines: false, skipComments: false }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // Typed arrays read in hot loops: a bounds-checked `!` says the index is in range, where `?? 0` would hide a bug.
      "@typescript-eslint/no-non-null-assertion": "off",
      // A quarter of lint's time: this code has no enums, and no class whose instances are told apart by its name alone.
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // The field's names are types here (a metric, a pass): interfaces and type aliases are chosen by what reads better.
      "@typescript-eslint/consistent-type-definitions": "off",
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: tseslint.parser, svelteConfig } },
  },
  { rules: { "no-restricted-syntax": ["error", ...SAME_EVERYWHERE] } },
  {
    // A promise that nobody waits for has an owner: detach() of core/system/problems.ts, or a catch of its own. The pages have theirs in App.svelte.
    files: ["src/{core,host,main,cli,worker}/**"],
    rules: { "@typescript-eslint/no-floating-promises": ["error", { ignoreVoid: false }], "no-void": "error" },
  },
  {
    files: ["src/cli/**"],
    ignores: ["src/cli/{print,check-node}.ts"],
    rules: { "no-restricted-syntax": ["error", ...SAME_EVERYWHERE, ...THROUGH_PRINT] },
  },
  { files: ["test/**"], rules: { "no-restricted-syntax": ["error", ...SAME_EVERYWHERE, ...ON_EVERY_MACHINE] } },
  { files: ["**/*.js", "**/*.mjs"], ...tseslint.configs.disableTypeChecked },
  {
    // For rules that need types, the whole program is built again for each page: six times the time. svelte-check reads their types.
    files: ["**/*.svelte"],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { parserOptions: { projectService: false, program: null, project: false } },
  },
);
