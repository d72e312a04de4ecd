/**
 * Imported before anything that makes a schema: zod would otherwise try `new Function`, which this page's content security
 * policy refuses and reports. The name is zod's own (zod/v4/core); pages may not import zod itself.
 */
(globalThis as { __zod_globalConfig?: { jitless?: boolean } }).__zod_globalConfig = { jitless: true };
