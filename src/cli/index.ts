#!/usr/bin/env node
/** The command line: `quantscope <command>`. Text for people goes to stderr, results to stdout. */
import { checkNode } from "./check-node.ts";

checkNode();
// Loaded after the check: an older Node would crash on a native module instead of saying that it is too old.
const { cacheCode } = await import("./code-cache.ts");
cacheCode(process.argv.slice(2));
// Loaded after the cache is on, which then holds all of it.
const { main } = await import("./program.ts");
await main(process.argv);
