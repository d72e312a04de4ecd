#!/usr/bin/env node
/** The command line: `quantscope <command>`. Text for people goes to stderr, results to stdout. */
import { checkNode } from "./check-node.ts";

checkNode();
// Loaded after the check: an older Node lacks the first and would crash on a native module instead of saying so.
const { enableCompileCache } = await import("node:module");
// Node's own cache of compiled code, in the system's temporary folder; NODE_DISABLE_COMPILE_CACHE=1 turns it off.
enableCompileCache();
const { leave, outliveReaders } = await import("./exit.ts");
outliveReaders();
const { createProgram, runProgram } = await import("./program.ts");
await leave(await runProgram(await createProgram(process.argv.slice(2)), process.argv));
