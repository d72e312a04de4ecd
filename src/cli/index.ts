#!/usr/bin/env node
/** The command line: `quantscope <command>`. Text for people goes to stderr, results to stdout. */
import { checkNode } from "./check-node.ts";

checkNode();
// Loaded after the check: a native module under an older Node would crash instead of saying so.
const { createProgram, runProgram } = await import("./program.ts");
process.exitCode = await runProgram(await createProgram(process.argv.slice(2)), process.argv);
