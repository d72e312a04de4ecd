/**
 * The quantizer's WebAssembly against its plain loops: `npm run bench -- wasm [--model DIR] [--only LIST] [--blocks N] [--commands N]`.
 * Loops: one matrix of 16 MB in memory, one thread, two processes in turn. Commands: the whole `quantize`, fresh processes in
 * turn; the plain ones run in a Node that refuses to compile any module. Work is done in blocks of four
 * (plain, WASM, WASM, plain), so that what running second costs cancels; a ratio is plain / WASM.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { demoResources } from "#core/app/files/resources.ts";
import { appRoot } from "#core/system/app-version.ts";
import { readEnvironment } from "#core/system/environment.ts";
import { medianInterval } from "#shared/stats/median-interval.ts";
import { median } from "#shared/stats/quantile.ts";
import { runChild } from "./quantize/child.ts";
import { FORMATS } from "./wasm/formats.ts";
import type { LoopsAnswer, LoopsRequest } from "./wasm/loops-child.ts";

const WARMUP_BLOCKS = 3;
/** A limit of one byte: compiling fails, as it does where the processor has no relaxed SIMD. */
const NO_WASM = "--wasm-max-module-size=1";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: demoResources().model },
    only: { type: "string" },
    blocks: { type: "string", default: "15" },
    commands: { type: "string", default: "9" },
    json: { type: "boolean", default: false },
  },
});
const formats = values.only?.split(",").map((name) => name.trim()) ?? Object.keys(FORMATS);
const unknown = formats.find((name) => !FORMATS[name]);
if (unknown !== undefined) throw new Error(`--only ${unknown}: choose from ${Object.keys(FORMATS).join(", ")}`);

const ratios: Record<string, number> = {};
const samples: Record<string, { plainMs: number[]; wasmMs: number[] }> = {};
await compareLoops();
await compareCommands();
if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ bench: "wasm", ratios, samples, environment: await readEnvironment("none") })}\n`,
  );
}

async function compareLoops(): Promise<void> {
  const file = join(import.meta.dirname, "wasm", "loops-child.ts");
  const plain = fork(file, ["plain"]);
  const wasm = fork(file);
  try {
    for (const format of formats) {
      const [a, b] = [await ask(plain, { format, hash: true }), await ask(wasm, { format, hash: true })];
      if (a.wasm || !b.wasm)
        throw new Error("this machine has no WebAssembly with relaxed SIMD: there is nothing to compare");
      if (a.hash !== b.hash) throw new Error(`${format}: the two kinds of loops give different bytes`);
      const timed = (child: ChildProcess) => async (): Promise<number> =>
        (await ask(child, { format, hash: false })).ms;
      await compare(`loops ${format}`, Number(values.blocks), WARMUP_BLOCKS, timed(plain), timed(wasm));
    }
  } finally {
    plain.kill();
    wasm.kill();
  }
}

function ask(child: ChildProcess, request: LoopsRequest): Promise<LoopsAnswer> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => {
      reject(new Error(`the process of the loops ended with ${code}`));
    };
    child.once("exit", ended);
    child.once("message", (answer) => {
      child.off("exit", ended);
      resolve(answer as LoopsAnswer);
    });
    child.send(request);
  });
}

async function compareCommands(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "quantscope-bench-"));
  const recipe = join(scratch, "recipe.json");
  const out = join(scratch, "out");
  const cli = join(appRoot(), "out", "main", "cli.js");
  try {
    for (const name of formats) {
      writeFileSync(recipe, JSON.stringify(FORMATS[name]!.recipe));
      const timed = (flags: readonly string[]) => async (): Promise<number> => {
        mkdirSync(out);
        const { format } = FORMATS[name]!.recipe;
        const args = [cli, "--home", scratch, "quantize", resolve(values.model), "--to", format];
        try {
          return (await runChild(process.execPath, [...flags, ...args, "--recipe", recipe, "--out", out, "--json"])).ms;
        } finally {
          rmSync(out, { recursive: true });
        }
      };
      await compare(`quantize ${name}`, Number(values.commands), 1, timed([NO_WASM]), timed([]));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function compare(
  name: string,
  blocks: number,
  warmup: number,
  runPlain: () => Promise<number>,
  runWasm: () => Promise<number>,
): Promise<void> {
  const plainMs: number[] = [];
  const wasmMs: number[] = [];
  const logRatios: number[] = [];
  for (let block = 0; block < warmup + blocks; block++) {
    const [a, b, c, d] = [await runPlain(), await runWasm(), await runWasm(), await runPlain()];
    if (block < warmup) continue;
    plainMs.push(a, d);
    wasmMs.push(b, c);
    logRatios.push(Math.log((a + d) / (b + c)));
  }
  const interval = medianInterval(logRatios);
  if (!interval) return;
  ratios[name] = Math.exp(interval.median);
  samples[name] = { plainMs, wasmMs };
  const ends = `${interval.kind === "range" ? "range" : "95 % CI"} ${Math.exp(interval.low).toFixed(2)} to ${Math.exp(interval.high).toFixed(2)}`;
  process.stdout.write(
    `${name}: plain ${median(plainMs)!.toFixed(1)} ms, WASM ${median(wasmMs)!.toFixed(1)} ms, plain / WASM ${ratios[name].toFixed(2)} (${ends}), ${logRatios.length} blocks\n`,
  );
}
