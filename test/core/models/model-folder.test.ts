import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { LabError } from "#shared/errors.ts";
import type { ModelProto } from "#core/onnx/proto/onnx.ts";
import { setExternal } from "#core/onnx/messages.ts";
import { findSource, findVariant, openModelFolder, openVariant, sourceVariant } from "#core/models/model-folder.ts";
import { sparseTensor } from "../../helpers/odd-graph.ts";
import { save, temporaryFolder, unknownField } from "../onnx/build-model.ts";
import { cache, decoder, inputIds, logits, mask, matMulNBits, tensorValue, zeros } from "../../helpers/onnx-builder.ts";

const folder = temporaryFolder();
afterAll(folder.remove);
const pair = cache(["batch_size", 2, "past_sequence_length", 8]);
const parts = { inputs: [inputIds, mask, pair.past], outputs: [logits, pair.present] };
const fp32 = decoder(parts);
const int4 = decoder({ ...parts, ...matMulNBits("w") });

let count = 0;
/** A new model folder with these files; text as it is, models encoded. */
function modelFolder(files: Readonly<Record<string, ModelProto | string>>): string {
  const dir = folder.file(`model-${++count}`);
  mkdirSync(dir);
  for (const [name, content] of Object.entries(files)) {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    if (typeof content === "string") writeFileSync(path, content);
    else save(content, path);
  }
  return dir;
}

/** The weight of `fp32` in a file of its own. */
function withExternal(location: string, length = 3200): ModelProto {
  const proto = decoder(parts);
  setExternal(proto.graph!.initializer[0]!, location, 0, length);
  return proto;
}

function refusal(action: () => unknown): LabError {
  try {
    action();
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const names = (dir: string): string[] => openModelFolder(dir).variants.map(({ file }) => file.slice(dir.length + 1));

describe("openModelFolder", () => {
  it.each(["gpt2", "llama", "opt", "phi3", "qwen2"])("opens %s as it was downloaded", (name) => {
    const model = openModelFolder(`test/fixtures/zoo/${name}`);
    expect(model).toMatchObject({ name, broken: [], config: { vocab_size: 1000 } });
    expect(model.variants).toMatchObject([{ format: "fp32", warnings: [], externalFiles: [] }]);
  });

  it("reads the architecture from config.json", () => {
    expect(openModelFolder("test/fixtures/zoo/llama").architecture).toBe("LlamaForCausalLM");
    expect(
      openModelFolder(modelFolder({ "config.json": '{"model_type": "gpt2"}', "model.onnx": fp32 })).architecture,
    ).toBe("gpt2");
    expect(openModelFolder(modelFolder({ "model.onnx": fp32 }))).toMatchObject({ architecture: null, config: {} });
  });

  it.each(["", "onnx/"])("finds the files in %j by the suffixes of all formats", (sub) => {
    const suffixes = [
      "",
      "_fp16",
      "_int8",
      "_quantized",
      "_q8",
      "_uint8",
      "_w8",
      "_q4",
      "_q4f16",
      "_bnb4",
      "_fp4",
      "_mixed",
    ];
    const dir = modelFolder(Object.fromEntries(suffixes.map((suffix) => [`${sub}model${suffix}.onnx`, fp32])));
    expect(names(dir).sort()).toEqual(suffixes.map((suffix) => `${sub}model${suffix}.onnx`).sort());
  });

  it("leaves other files alone", () => {
    const other = [
      "onnx/encoder_model.onnx",
      "onnx/decoder_with_past_model.onnx",
      "onnx/vision_encoder.onnx",
      "model.onnx_data",
    ];
    const dir = modelFolder({ "onnx/model.onnx": fp32, ...Object.fromEntries(other.map((name) => [name, "junk"])) });
    expect(names(dir)).toEqual(["onnx/model.onnx"]);
    expect(openModelFolder(dir).broken).toEqual([]);
  });

  it("finds decoders under names of their own, by content, behind those of known names", () => {
    const decoders = { "onnx/model_optimized.onnx": fp32, "onnx/model_q2.onnx": int4, "past.onnx": fp32 };
    const embeddings = decoder({ outputs: [tensorValue("inputs_embeds", "float32", ["batch_size", "tokens", 16])] });
    expect(names(modelFolder({ "onnx/model.onnx": fp32, ...decoders, "onnx/embed_tokens.onnx": embeddings }))).toEqual([
      "onnx/model.onnx",
      "onnx/model_optimized.onnx",
      "onnx/model_q2.onnx",
      "past.onnx",
    ]);
    const dir = modelFolder({ "onnx/text_q4.onnx": int4 });
    expect(openModelFolder(dir).variants).toMatchObject([{ format: "int4", warnings: [] }]);
    expect(findSource(modelFolder({ "a.onnx": int4, "b.onnx": fp32 }))).toMatchObject({ baseName: "b" });
    expect(findSource(modelFolder({ "a.onnx": fp32, "model_fp16.onnx": fp32 }))).toMatchObject({ baseName: "model" });
    expect(findSource(modelFolder({ "model_optimized.onnx": int4, "model_fp16.onnx": fp32 })).file).toMatch(
      /model_fp16\.onnx$/,
    );
    const withDraft = modelFolder({ "draft.onnx": fp32, "model_q4.onnx": int4 });
    expect(sourceVariant(openModelFolder(withDraft)).file).toBe(join(withDraft, "model_q4.onnx"));
  });

  it("opens the file that genai_config.json names, in a folder of its own too, and none outside", () => {
    const genai = (filename: string): string => JSON.stringify({ model: { decoder: { filename } } });
    expect(names(modelFolder({ "genai_config.json": genai("past.onnx"), "past.onnx": fp32 }))).toEqual(["past.onnx"]);
    expect(names(modelFolder({ "genai_config.json": genai("cpu\\x.onnx"), "cpu/x.onnx": fp32 }))).toEqual([
      "cpu/x.onnx",
    ]);
    const outside = modelFolder({ "genai_config.json": genai("../model-1/model.onnx"), "model.onnx": fp32 });
    expect(names(outside)).toEqual(["model.onnx"]);
    expect(openModelFolder(outside).broken).toMatchObject([{ format: null, error: { code: "EXTERNAL_DATA_UNSAFE" } }]);
  });

  it.each([
    [{ filename: "gone.onnx" }, "MODEL_NOT_FOUND", 'names "gone.onnx" as model.decoder.filename, which is not there'],
    [
      { filename: "../x.onnx" },
      "EXTERNAL_DATA_UNSAFE",
      'names "../x.onnx" as model.decoder.filename, which leads out of',
    ],
    [{ filename: "..\\x.onnx" }, "EXTERNAL_DATA_UNSAFE", "which leads out of the folder"],
    [{ filename: "/x.onnx" }, "EXTERNAL_DATA_UNSAFE", "which leads out of the folder"],
    [{ pipeline: [{ embeddings: {} }] }, "MODEL_UNSUPPORTED", "cuts the model into several graphs"],
    [null, "MODEL_NOT_FOUND", "holds no ONNX decoder"],
  ])("says why what genai_config.json names, %j, cannot be opened", (part, code, text) => {
    const error = refusal(() =>
      openModelFolder(modelFolder({ "genai_config.json": JSON.stringify({ model: { decoder: part } }) })),
    );
    expect(error.code).toBe(code);
    expect(error.message).toContain(text);
  });

  it("names a broken file under any name for what it is", () => {
    const pointer = "version https://git-lfs.github.com/spec/v1\n";
    const error = refusal(() => openModelFolder(modelFolder({ "a.onnx": pointer, "b.onnx": pointer })));
    expect(error.message).toMatch(/only a\.onnx, b\.onnx\. .*a\.onnx is a Git LFS pointer/);
    expect(openModelFolder(modelFolder({ "model.onnx": fp32, "model_optimized.onnx": pointer })).broken).toMatchObject([
      { format: null, error: { code: "MODEL_CORRUPT" } },
    ]);
  });

  it("tells of small files that are pointers or pages, and leaves good ones and missing ones alone", () => {
    const dir = modelFolder({
      "model.onnx": fp32,
      "tokenizer.json": "version https://git-lfs.github.com/spec/v1\n",
      "tokenizer_config.json": "{}",
      "generation_config.json": "<!doctype html>",
    });
    expect(openModelFolder(dir).broken.map(({ error }) => error.message)).toEqual([
      expect.stringContaining("tokenizer.json is a Git LFS pointer"),
      expect.stringContaining("generation_config.json is a web page"),
    ]);
  });

  it("follows paths of Windows, and says so to whoever loads the file", () => {
    const dir = modelFolder({ "model.onnx": withExternal("sub\\w.bin"), "sub/w.bin": "x".repeat(3200) });
    const [variant] = openModelFolder(dir).variants;
    expect(variant).toMatchObject({ hasWindowsPaths: true, externalFiles: [join(dir, "sub", "w.bin")] });
    expect(openVariant(join(modelFolder({ "model.onnx": fp32 }), "model.onnx"), {}).hasWindowsPaths).toBe(false);
  });

  it("lists the files that are there where none of them is a decoder, and folders that hold some", () => {
    const embeddings = decoder({ outputs: [tensorValue("inputs_embeds", "float32", ["batch_size", "tokens", 16])] });
    const error = refusal(() => openModelFolder(modelFolder({ "onnx/a.onnx": embeddings, "onnx/b.onnx": embeddings })));
    expect(error).toMatchObject({ code: "MODEL_UNSUPPORTED" });
    expect(error.message).toContain("only onnx/a.onnx, onnx/b.onnx. None of them is a text decoder");
    expect(refusal(() => openModelFolder(modelFolder({ "cpu-int4/model.onnx": fp32 }))).message).toContain(
      "There are some in cpu-int4: name that folder.",
    );
    // A whole disk is not searched.
    expect(refusal(() => openModelFolder(modelFolder({ "a/b/c/d/model.onnx": fp32 }))).message).toContain("Export the");
  });

  it("says what a graph of one sequence, or of the last token's logits, cannot measure", () => {
    const one = decoder({ inputs: [tensorValue("input_ids", "int64", [1, "tokens"])] });
    const last = decoder({ outputs: [tensorValue("logits", "float32", ["batch_size", 1, 50])] });
    const warnings = (proto: ModelProto): string =>
      openModelFolder(modelFolder({ "model.onnx": proto })).variants[0]!.warnings.join();
    expect(warnings(one)).toContain("exported for one sequence at a time");
    expect(warnings(last)).toContain("the logits of the last token only");
    expect(warnings(decoder({}))).not.toMatch(/one sequence|last token/);
  });

  it("names a Git LFS pointer in the place of external data, and a web page", () => {
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3200\n";
    for (const [content, what] of [
      [pointer, "is a Git LFS pointer"],
      ["<!doctype html><title>Log in</title>", "is a web page"],
      ["<!doctype html>".padEnd(4000), "is a web page"],
    ] as const) {
      const dir = modelFolder({ "model.onnx": withExternal("w.bin"), "w.bin": content });
      expect(refusal(() => openModelFolder(dir)).message).toContain(`w.bin ${what}`);
    }
  });

  it("reads the format from the graph, and warns where the name says something else", () => {
    const model = openModelFolder(modelFolder({ "model_q4.onnx": fp32, "model_fp16.onnx": int4 }));
    expect(model.variants.map(({ format, warnings }) => [format, warnings])).toEqual([
      ["fp32", ["its name says int4, its graph is fp32"]],
      ["int4", ["its name says fp16, its graph is int4"]],
    ]);
  });

  it("does not warn where the name is right or says nothing", () => {
    const { variants } = openModelFolder(modelFolder({ "model_q4.onnx": int4, "onnx/model.onnx": int4 }));
    expect(variants.map(({ format, warnings }) => [format, warnings])).toEqual([
      ["int4", []],
      ["int4", []],
    ]);
  });

  it("warns of a decoder without a cache", () => {
    const { variants } = openModelFolder(modelFolder({ "model.onnx": decoder({}) }));
    expect(variants[0]?.warnings).toEqual([expect.stringContaining("no cache")]);
  });

  it("calls only what is bfloat16 so, not what is small because it is sparse", () => {
    const bfloat = decoder({ ...parts, initializers: [zeros("w", "bfloat16", [16, 50])] });
    const sparse = decoder({ ...parts, initializers: [zeros("other", "float32", [16, 50])] });
    sparse.graph!.unknownFields = [unknownField(15, sparseTensor("w", [16, 50], [1], [3]))];
    const warnings = (proto: ModelProto): readonly string[] =>
      openModelFolder(modelFolder({ "model.onnx": proto })).variants[0]!.warnings;
    expect(warnings(bfloat)).toEqual([expect.stringContaining("bfloat16")]);
    expect(warnings(sparse)).toEqual([]);
  });

  it("counts the bytes of the graph and of its external files, each once", () => {
    const dir = modelFolder({ "model.onnx": withExternal("./w.bin"), "w.bin": "x".repeat(4000) });
    const [variant] = openModelFolder(dir).variants;
    const size = openVariant(join(dir, "model.onnx"), {}).bytes;
    expect(variant).toMatchObject({ externalFiles: [join(dir, "w.bin")], bytes: size });
    expect(size).toBeGreaterThan(4000);
    expect(size).toBeLessThan(4000 + 1000);
  });

  it("reports a broken file beside the good ones, with the reason", () => {
    const dir = modelFolder({ "model.onnx": fp32, "model_q4.onnx": "version https://git-lfs.github.com/spec/v1\n" });
    const { variants, broken } = openModelFolder(dir);
    expect(variants.map(({ format }) => format)).toEqual(["fp32"]);
    expect(broken).toMatchObject([
      { file: join(dir, "model_q4.onnx"), format: "int4", error: { code: "MODEL_CORRUPT" } },
    ]);
    expect(broken[0]!.error.message).toContain("git lfs pull");
  });

  it.each<[string, Readonly<Record<string, ModelProto | string>>, string]>([
    ["missing external data", { "model_fp16.onnx": withExternal("gone.bin") }, "EXTERNAL_DATA_MISSING"],
    ["unsafe external data", { "model_fp16.onnx": withExternal("../gone.bin") }, "EXTERNAL_DATA_UNSAFE"],
    ["external data that is cut off", { "model_fp16.onnx": withExternal("w.bin"), "w.bin": "short" }, "MODEL_CORRUPT"],
    [
      "external data of another size",
      { "model_fp16.onnx": withExternal("w.bin", 8), "w.bin": "12345678" },
      "MODEL_CORRUPT",
    ],
    ["no decoder", { "model_fp16.onnx": decoder({ inputs: [mask] }) }, "MODEL_UNSUPPORTED"],
  ])("reports %s", (_, files, code) => {
    const { variants, broken } = openModelFolder(modelFolder({ "model.onnx": fp32, ...files }));
    expect(variants).toHaveLength(1);
    expect(broken).toMatchObject([{ format: "fp16", error: { code } }]);
  });

  it("reports a folder that is called like a model", () => {
    const dir = modelFolder({ "model.onnx": fp32 });
    mkdirSync(join(dir, "model_q4.onnx"));
    expect(openModelFolder(dir).broken).toMatchObject([{ error: { code: "MODEL_NOT_FOUND" } }]);
  });

  it("opens a folder in which onnx is a file", () => {
    expect(names(modelFolder({ onnx: "", "model.onnx": fp32 }))).toEqual(["model.onnx"]);
  });

  it("opens a folder through a link, by its real name", () => {
    const dir = modelFolder({ "model.onnx": fp32 });
    symlinkSync(dir, folder.file("link"));
    expect(openModelFolder(folder.file("link")).name).toBe(dir.slice(folder.path.length + 1));
  });

  it("refuses a folder whose files are all broken, with the first one's reason", () => {
    const dir = modelFolder({ "onnx/model.onnx": "", "onnx/model_q4.onnx": "junk" });
    const error = refusal(() => openModelFolder(dir));
    expect(error.code).toBe("MODEL_CORRUPT");
    expect(error.message).toMatch(/model_q4\.onnx is not a complete ONNX file: .* Download or export it again\./);
  });

  it("refuses a folder without a decoder, and says what was looked for", () => {
    const error = refusal(() => openModelFolder(modelFolder({ "config.json": "{}", "model.safetensors": "" })));
    expect(error).toMatchObject({ code: "MODEL_NOT_FOUND" });
    expect(error.message).toContain("looked for .onnx files in it and in onnx/");
    expect(error.message).toContain("Export the model with Optimum");
  });

  it("refuses what is no folder", () => {
    for (const path of [folder.file("nowhere"), "test/fixtures/zoo/llama/onnx/model.onnx"]) {
      expect(refusal(() => openModelFolder(path))).toMatchObject({ code: "MODEL_NOT_FOUND" });
      expect(refusal(() => openModelFolder(path)).message).toContain("is not a folder");
    }
  });

  it.each(["{", "[]", ""])("refuses a config.json that holds %j", (config) => {
    const dir = modelFolder({ "config.json": config, "model.onnx": fp32 });
    const error = refusal(() => openModelFolder(dir));
    expect(error).toMatchObject({ code: "MODEL_CORRUPT", details: { file: join(dir, "config.json") } });
  });
});

describe("openVariant", () => {
  it("names the file in an error about a tensor", () => {
    const proto = decoder({ ...parts, initializers: [zeros("w", "float32", [16, 50])] });
    proto.graph!.initializer[0]!.dims = [-4n];
    const path = save(proto, folder.file("shape.onnx"));
    const error = refusal(() => openVariant(path, {}));
    expect(error).toMatchObject({ code: "MODEL_CORRUPT", details: { file: path, tensor: "w" } });
    expect(error.message).toBe(`${path}: tensor "w" has the impossible shape [-4].`);
  });

  it("reads the number of heads from the config, for caches that need it", () => {
    const folded = cache(["batch_size x num_heads", 16, "past_sequence_length"]);
    const proto = decoder({ inputs: [inputIds, folded.past], outputs: [logits, folded.present] });
    const path = save(proto, folder.file("folded.onnx"));
    for (const key of ["num_attention_heads", "n_head", "num_heads"])
      expect(openVariant(path, { [key]: 6 }).signature.cache[0]!.rowsPerSequence).toBe(6);
    expect(refusal(() => openVariant(path, {})).code).toBe("MODEL_UNSUPPORTED");
  });
});

describe("findVariant", () => {
  it("prefers model over decoder_model_merged over decoder_model", () => {
    const dir = modelFolder({ "decoder_model.onnx": fp32, "decoder_model_merged.onnx": fp32 });
    expect(findVariant(openModelFolder(dir), "fp32")?.file).toBe(join(dir, "decoder_model_merged.onnx"));
    copyFileSync(join(dir, "decoder_model.onnx"), join(dir, "model.onnx"));
    expect(findVariant(openModelFolder(dir), "fp32")?.file).toBe(join(dir, "model.onnx"));
  });

  it("goes by what the graph is, not by the name", () => {
    const dir = modelFolder({ "model.onnx": int4, "model_fp16.onnx": fp32 });
    expect(findVariant(openModelFolder(dir), "int4")?.file).toBe(join(dir, "model.onnx"));
    expect(findVariant(openModelFolder(dir), "fp16")).toBeUndefined();
  });
});

describe("sourceVariant", () => {
  it("is the one of the highest precision", () => {
    const dir = modelFolder({ "model.onnx": int4, "model_q4f16.onnx": fp32 });
    expect(sourceVariant(openModelFolder(dir)).format).toBe("fp32");
  });

  it("is a quantized one where there is no other", () => {
    expect(sourceVariant(openModelFolder(modelFolder({ "model.onnx": int4 }))).format).toBe("int4");
  });
});
