/**
 * Runs before any module: zod tries `new Function` where it makes its first schema, which the page's content security policy
 * refuses and reports. As a module of the bundle it would come too late whenever a chunk that zod is in loads first. The name
 * is zod's own (zod/v4/core).
 */
globalThis.__zod_globalConfig = { jitless: true };
