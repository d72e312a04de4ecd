import { existsSync } from "node:fs";
import { join } from "node:path";
import { homeArgument, labHome } from "#core/app/lab-home.ts";

/**
 * Node's own cache of compiled code, so that commands start faster, in the data folder; none where there is no such folder
 * yet. NODE_DISABLE_COMPILE_CACHE=1 turns it off, NODE_COMPILE_CACHE=DIR puts it elsewhere.
 */
export function cacheCode(argv: readonly string[]): void {
  const home = labHome(homeArgument(argv));
  if (existsSync(home)) process.getBuiltinModule("node:module").enableCompileCache(join(home, "code-cache"));
}
