import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseSpec, type Spec, type SpecInput } from "#shared/spec.ts";
import { demoResources } from "#core/app/files/resources.ts";
import { planTexts } from "#core/runs/plan-texts.ts";
import { questionFile, scratchDir } from "../../helpers/lab.ts";

const spec = (tokens: NonNullable<SpecInput["passes"]["tokens"]>): Spec =>
  parseSpec({ schemaVersion: 1, name: "n", model: "m", cells: [{ format: "fp32" }], passes: { tokens } });

function textFile(content: string | Uint8Array): string {
  const file = join(scratchDir(), "text.txt");
  writeFileSync(file, content);
  return file;
}

describe("planTexts", () => {
  it("reads the text and says what file it was", () => {
    const file = textFile("\uFEFFA caf\u00e9.\r\nTwo.");
    const sha256 = createHash("sha256").update(readFileSync(file)).digest("hex");
    const job = { text: "A caf\u00e9.\r\nTwo.", chunks: 4, chunkTokens: 64, positionsPerChunk: 8 };
    expect(planTexts(spec({ texts: file, chunks: 4, chunkTokens: 64, positionsPerChunk: 8 }))).toEqual({
      file,
      sha256,
      job,
    });
  });

  it("has nothing to read without a text", () => {
    expect(planTexts(spec({ questions: questionFile(2) }))).toBeNull();
  });

  it("reads the bundled text, which is what its README says", () => {
    const { text } = demoResources();
    const { sha256, job } = planTexts(spec({ texts: text }))!;
    expect(readFileSync(join(text, "..", "README.md"), "utf8")).toContain(sha256);
    expect(job.text).toMatch(/^[\n -~]+$/);
    expect(job).toMatchObject({ chunks: 32, chunkTokens: 512, positionsPerChunk: 32 });
  });

  it.each([
    ["a file that is not there", () => join(scratchDir(), "nowhere.txt"), /nowhere\.txt does not exist/],
    ["a folder", () => scratchDir(), /is not a file/],
    ["a text of white space", () => textFile(" \n\t\n"), /text\.txt is empty/],
    ["what is no UTF-8", () => textFile(Uint8Array.of(65, 10, 0xe9, 66)), /text\.txt: line 2: it is not UTF-8/],
  ])("refuses %s", (_, make, message) => {
    const planned = (): unknown => planTexts(spec({ texts: make() }));
    expect(planned).toThrow(message);
    expect(planned).toThrow(expect.objectContaining({ code: "QUESTIONS_INVALID" }) as Error);
  });
});
