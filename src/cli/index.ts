#!/usr/bin/env node
/** The command line: `quantscope <command>`. Text for people goes to stderr, results to stdout. */
import { checkNode } from "./check-node.ts";

checkNode();
// Node's own cache of compiled code, in the system's temporary folder; NODE_DISABLE_COMPILE_CACHE=1 turns it off.
process.getBuiltinModule("node:module").enableCompileCache();
// Loaded after the check: an older Node would crash on a native module instead of saying that it is too old.
const { main } = await import("./program.ts");
await main(process.argv);
