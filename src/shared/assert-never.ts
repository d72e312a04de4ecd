/** Makes a switch over a union exhaustive: a new member becomes a type error here, and a clear throw at run time. */
export function assertNever(value: never, what = "value"): never {
  throw new Error(`Unhandled ${what}: ${JSON.stringify(value)}`);
}
