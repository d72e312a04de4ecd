/**
 * Input that nobody meant: bytes, JSON and words made from a seed. In the suite little of it, the same every time; `npm run fuzz`
 * makes much of it from other seeds (scripts/fuzz.ts).
 */
import { expect } from "vitest";
import { toEnvelope } from "#shared/errors.ts";
import { createRandom, type Random } from "#shared/random.ts";

const FACTOR = Number(process.env.FUZZ_FACTOR ?? 1);
const FIRST = Number(process.env.FUZZ_SEED ?? 1);

/** Time that a fuzzer may take; without end for a long one. */
export const FUZZ_TIMEOUT_MS = FACTOR === 1 ? 60_000 : 0;

/** Seeds of this time: `count` of them in the suite. */
export function seeds(count: number): number[] {
  return Array.from({ length: Math.ceil(count * FACTOR) }, (_, index) => FIRST + index);
}

/** Whether all of a sweep is made, or only what fits the suite. */
export const everything = FACTOR > 1;

/** Errors have a code and say something; INTERNAL would be a mistake of ours that an input can cause. */
export function expectOurs(error: unknown, what: string): void {
  const { code, message } = toEnvelope(error);
  const ours = code !== "INTERNAL" && message.length > 10;
  expect(ours ? "" : `${what}: ${error instanceof Error ? error.stack : String(error)}`).toBe("");
}

/** A copy with bytes changed, taken out, put in, doubled or cut off. */
export function mutantBytes(original: Uint8Array, seed: number): Buffer {
  const random = createRandom(seed);
  const bytes = Buffer.from(original);
  const place = (): number => random.nextInt(Math.max(1, bytes.length));
  switch (random.nextInt(6)) {
    case 0:
      return bytes.subarray(0, place());
    case 1:
      for (let count = 1 + random.nextInt(8); count > 0; count--) bytes[place()] = random.nextInt(256);
      return bytes;
    case 2: {
      const at = place();
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.nextInt(64))]);
    }
    case 3: {
      const at = place();
      const inserted = Buffer.from(Array.from({ length: 1 + random.nextInt(16) }, () => random.nextInt(256)));
      return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
    }
    case 4: {
      // Lengths and tags lie near the ends of a file.
      const near = Math.min(bytes.length, 4096);
      const end = random.nextInt(2) === 0 ? random.nextInt(near) : bytes.length - 1 - random.nextInt(near);
      bytes[Math.max(0, end)]! ^= 1 << random.nextInt(8);
      return bytes;
    }
    default: {
      const [at, length] = [place(), 1 + random.nextInt(256)];
      return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    }
  }
}

const HOSTILE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  1e308,
  -(2 ** 53),
  "",
  "x",
  "\0",
  "\u001b[2J\u202e",
  "../../etc/passwd",
  "__proto__",
  "constructor",
  "\ud800",
  "9".repeat(400),
  [],
  {},
  [[]],
  [null],
  { a: { a: { a: null } } },
];

export function hostileValue(random: Random): unknown {
  return structuredClone(HOSTILE[random.nextInt(HOSTILE.length)]);
}

/** A copy of some JSON in which a few values, fields or entries are others, missing, doubled or exchanged. */
export function mutantJson(value: unknown, seed: number): unknown {
  const random = createRandom(seed);
  const root = { value: structuredClone(value) };
  for (let count = 1 + random.nextInt(3); count > 0; count--) mutate(somewhereIn(root, random), random);
  // JSON has no undefined.
  return root.value ?? null;
}

/** An object or list, and one of its keys: large ones are gone into as often as small ones. */
function somewhereIn(root: object, random: Random): { holder: Record<string, unknown>; key: string } {
  let holder = root as Record<string, unknown>;
  let key = Object.keys(holder)[0]!;
  for (;;) {
    const next = holder[key];
    const keys = typeof next === "object" && next !== null ? Object.keys(next) : [];
    if (keys.length === 0 || random.nextInt(4) === 0) return { holder, key };
    holder = next as Record<string, unknown>;
    key = keys[random.nextInt(keys.length)]!;
  }
}

function mutate({ holder, key }: { holder: Record<string, unknown>; key: string }, random: Random): void {
  switch (random.nextInt(4)) {
    case 0:
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a field that is not there is the point
      if (!Array.isArray(holder)) delete holder[key];
      else holder.splice(Number(key), 1);
      return;
    case 1:
      if (Array.isArray(holder)) holder.push(holder[Number(key)]);
      else holder[`${key}2`] = holder[key];
      return;
    case 2:
      if (typeof holder[key] === "number") {
        holder[key] = holder[key] * [-1, 0.5, 1e9, 0][random.nextInt(4)]!;
        return;
      }
      break;
  }
  holder[key] = hostileValue(random);
}
