import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeTemporary, PROFILE_PREFIX, removeTemporary } from "#core/system/temporary.ts";
import { Decoder } from "./decoder.ts";
import { releaseSession } from "./open-sessions.ts";
import { loadError, type LoadOptions } from "./session-options.ts";
import { createExportedSession } from "./stepping/edited-session.ts";

export { type LoadOptions, sessionOptions } from "./session-options.ts";

const PROFILE_FILE = "profile";

/** A session that has just been created, still profiling: its first run tells where every node runs. */
export interface LoadedDecoder {
  readonly decoder: Decoder;
  readonly loadMs: number;
  /**
   * Runs one short forward pass and stops the profiler for good.
   * @returns nodes per execution provider, by the names in ONNX Runtime's profile
   */
  placement(): Promise<Record<string, number>>;
  /** Frees the session; the process keeps a good part of its memory. */
  release(): Promise<void>;
}

/**
 * Creates a session on one provider. The options are the same for every variant, so that cells differ in what is compared
 * only; a GPU provider may not hand nodes to the CPU unseen, which is what the placement is for.
 * @throws LabError PROVIDER_UNAVAILABLE, OUT_OF_MEMORY or MODEL_CORRUPT
 */
export async function loadDecoder(options: LoadOptions): Promise<LoadedDecoder> {
  const profileDir = makeTemporary(tmpdir(), PROFILE_PREFIX);
  const removeProfile = (): void => {
    removeTemporary(profileDir);
    process.off("exit", removeProfile);
  };
  // Whoever never asks for the placement leaves nothing behind either.
  process.on("exit", removeProfile);
  try {
    const start = performance.now();
    const session = await createExportedSession(options, {
      enableProfiling: true,
      profileFilePrefix: join(profileDir, PROFILE_FILE),
    });
    const loadMs = performance.now() - start;
    const decoder = new Decoder(session, options.signature);
    return {
      decoder,
      loadMs,
      placement: async () => {
        try {
          await decoder.compute(decoder.batchFeeds([[0, 0, 0, 0]]));
          session.endProfiling();
          return countNodes(profileDir);
        } finally {
          removeProfile();
        }
      },
      release: () => releaseSession(session),
    };
  } catch (error) {
    removeProfile();
    throw loadError(error, options);
  }
}

/**
 * A kernel's event of the profile. Not read as JSON: ONNX Runtime writes names as they are, and one that holds a quote or a control
 * character makes the file none.
 */
const KERNEL =
  /^\{"cat"\s*:\s*"Node",.*?"name"\s*:\s*"(.*)_kernel_time"\s*,\s*"args"\s*:\s*\{.*"provider"\s*:\s*"([^"]+)"/s;
const EVENTS_APART = /\n(?=\{"cat"\s*:)/;

/** Kernel events of the profile by provider, every node counted once. */
function countNodes(profileDir: string): Record<string, number> {
  const file = readdirSync(profileDir).find((name) => name.startsWith(PROFILE_FILE));
  if (file === undefined) return {};
  const seen = new Set<string>();
  const counts: Record<string, number> = {};
  for (const event of readFileSync(join(profileDir, file), "utf8").split(EVENTS_APART)) {
    const [, name, provider] = KERNEL.exec(event) ?? [];
    if (name === undefined || provider === undefined || seen.has(name)) continue;
    seen.add(name);
    counts[provider] = (counts[provider] ?? 0) + 1;
  }
  return counts;
}
