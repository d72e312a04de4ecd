import { z } from "zod";

/** An object with no other keys: an unknown one is refused by name, with those that are known. */
export function closedObject<T extends z.ZodRawShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== "unrecognized_keys") return undefined;
      const unknown = issue.keys.map((key) => `"${key}"`).join(", ");
      return `unknown key ${unknown}; allowed are ${Object.keys(shape).join(", ")}`;
    },
  });
}
