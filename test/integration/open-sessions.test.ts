/** That nothing is timed beside a session whose idle threads spin: without a look at the clock, by what is open. */
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { NO_SPINNING, refuseSpinningNeighbours } from "#core/engine/open-sessions.ts";
import { loadDecoder, type LoadedDecoder, type LoadOptions } from "#core/engine/session.ts";
import { openStepper } from "#core/engine/stepping/open-stepper.ts";
import { generateText } from "#core/measure/generate-pass.ts";
import { openVariant } from "#core/models/model-folder.ts";
import { generatePassSchema } from "#shared/spec.ts";
import { fakeContext } from "../core/measure/fake-context.ts";
import { FIXTURES } from "../helpers/reference.ts";

const file = join(FIXTURES, "zoo", "llama", "onnx", "model.onnx");
const options: LoadOptions = { file, signature: openVariant(file, {}).signature, provider: "cpu", threads: 2 };
const opened: { release: () => Promise<void> }[] = [];

async function open(extra: Partial<LoadOptions> = {}): Promise<LoadedDecoder> {
  const loaded = await loadDecoder({ ...options, ...extra });
  opened.push(loaded);
  return loaded;
}

afterEach(async () => {
  for (const each of opened.splice(0)) await each.release();
});

describe("refuseSpinningNeighbours", () => {
  it("lets one session be timed, and two where the idle one does not spin", async () => {
    expect(refuseSpinningNeighbours).not.toThrow();
    await open();
    await open({ sessionConfig: NO_SPINNING });
    await open({ threads: 1 });
    expect(refuseSpinningNeighbours).not.toThrow();
  });

  it("refuses the exported graph beside the stepper until it is released", async () => {
    const exported = await loadDecoder(options);
    opened.push(await openStepper(options));
    expect(refuseSpinningNeighbours).toThrow(/2 sessions/);
    await exported.release();
    expect(refuseSpinningNeighbours).not.toThrow();
  });

  it("is asked before a text is timed", async () => {
    const write = (): Promise<unknown> =>
      generateText(
        { id: "p1", text: "a" },
        generatePassSchema.parse({ prompts: ["a"], maxNewTokens: 1 }),
        fakeContext(() => new Float32Array(128)),
      );
    await open();
    await expect(write()).resolves.toMatchObject({ promptId: "p1" });
    await open();
    await expect(write()).rejects.toThrow(/idle threads/);
  });
});
