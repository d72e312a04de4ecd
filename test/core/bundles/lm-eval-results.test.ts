import { describe, expect, it } from "vitest";
import { LabError } from "#shared/errors.ts";
import { cellOf, readLmEvalResults, samplingOf, shotsOf, tasksOf } from "#core/bundles/lm-eval-results.ts";

const read = (value: unknown) => {
  const bytes = Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
  return readLmEvalResults({ path: "results.json", name: "results.json", bytes, folder: null, modifiedAt: "" });
};
const withConfig = (model_args: unknown, config: object = {}, rest: object = {}) =>
  read({ results: {}, config: { model: "hf", model_args, device: "cuda:0", ...config }, ...rest });
const asked = (...args: Parameters<typeof withConfig>): string => {
  try {
    cellOf(withConfig(...args), "s.jsonl");
  } catch (error) {
    expect(error).toMatchObject({ details: { needs: "cell" } });
    return (error as LabError).message;
  }
  throw new Error("did not ask");
};

describe("cellOf", () => {
  it.each([
    ["pretrained=a/b,dtype=float16", {}, "fp16", "cuda"],
    ["pretrained=a/b,dtype=float32,device=cpu", { device: null }, "fp32", "cpu"],
    ["pretrained=a/b,dtype=auto", { model_dtype: "torch.float16" }, "fp16", "cuda"],
    ["pretrained=a/b,dtype=half,load_in_4bit=False,autogptq=False,gguf_file=None", {}, "fp16", "cuda"],
    [{ pretrained: "a/b", dtype: "float16", load_in_8bit: false, quantization_config: null }, {}, "fp16", "cuda"],
    ["pretrained=a/b,dtype=float16", { model: "vllm", device: "cuda" }, "fp16", "cuda"],
    ['{"pretrained": "a/b", "dtype": "float32"}', {}, "fp32", "cuda"],
  ])("is what %j says with %j", (args, config, format, provider) => {
    expect(cellOf(withConfig(args, config), "s.jsonl")).toEqual({ format, provider });
  });

  it("is what an export of ours says", () => {
    const quantscope = { format: "int4", provider: "webgpu" };
    expect(cellOf(withConfig("pretrained=a,b", { model: "quantscope" }, { quantscope }), "s.jsonl")).toEqual(
      quantscope,
    );
  });

  it.each([
    ["pretrained=a/b,dtype=float16,load_in_4bit=True", /load_in_4bit=True may mean quantized/],
    ["pretrained=a/b,dtype=float16,load_in_8bit=True", /load_in_8bit=True/],
    ["pretrained=a/b,dtype=float16,autogptq=True", /autogptq=True/],
    ["pretrained=a/b,dtype=float16,gptqmodel=model.safetensors", /gptqmodel/],
    ["pretrained=a/b,dtype=float16,quantization=awq", /quantization=awq/],
    ["pretrained=a/b,dtype=float16,gguf_file=model-Q4_K_M.gguf", /gguf_file/],
    ["pretrained=a/b,dtype=float16,bnb_4bit_compute_dtype=float16", /bnb_4bit/],
    ["pretrained=TheBloke/Llama-2-7B-GPTQ,dtype=float16", /GPTQ/],
    ["pretrained=a/Qwen2-0.5B-AWQ,dtype=float16", /AWQ/],
    ["pretrained=/models/llama-w4a16,dtype=float16", /w4a16/],
    ["pretrained=/models/llama-q4_0.bin,dtype=float16", /q4_0/],
    ["pretrained=a/llama-3-8b-bnb-4bit,dtype=float16", /4bit/],
    ["pretrained=a/llama-FP8,dtype=float16", /FP8/],
    ["pretrained=a/llama-int8,dtype=float16", /int8/],
    [{ pretrained: "a", dtype: "float16", quantization_config: { load_in_4bit: true } }, /quantization_config/],
    ["pretrained=a/b", /name no dtype/],
    ["pretrained=a/b,dtype=auto", /name no dtype/],
    ["pretrained=a/b,dtype=bfloat16", /dtype is bfloat16/],
    ["pretrained=a/b,dtype=float16,device_map=auto", /device is auto and cuda:0/],
    ["pretrained=a/b,dtype=float16,parallelize=True", /parallelize spreads/],
    ["pretrained=a/b,dtype=float16,device=cpu", /device is cpu and cuda:0/],
    ['{"pretrained": "a", "dtype": "float16", "load_in_4bit": true}', /load_in_4bit=true/],
    ['{"pretrained": "a-gptq", "dtype"', /gptq/],
    ["", /name no dtype/],
    [null, /name no dtype/],
  ])("asks about %j", (args, why) => {
    expect(asked(args)).toMatch(why);
  });

  it.each([
    ["no device", { device: null }, /it names no device/],
    ["Apple's", { device: "mps" }, /device is mps/],
    ["another back end", { model: "gguf" }, /its model is "gguf"/],
    ["an API", { model: "local-completions" }, /local-completions/],
    ["quantization in another key", { quantization_method: "gptq" }, /quantization_method=gptq/],
    ["another dtype that was loaded", { model_dtype: "torch.bfloat16" }, /dtype is float16 and bfloat16/],
  ])("asks with %s", (_, config, why) => {
    expect(asked("pretrained=a/b,dtype=float16", config)).toMatch(why);
  });

  it("asks where the model's name alone tells of it", () => {
    expect(asked("dtype=float16", {}, { model_name: "a/b-GPTQ-Int4" })).toMatch(/model_name=a\/b-GPTQ-Int4/);
  });

  it("asks where PyTorch was built for AMD, whose cards it calls cuda too, and without any sums", () => {
    const rocm = (version: string): object => ({ pretty_env_info: `ROCM used to build PyTorch: ${version}\n` });
    expect(asked("dtype=float16", {}, rocm("6.1"))).toMatch(/ROCm/);
    expect(cellOf(withConfig("dtype=float16", {}, rocm("N/A")), "s.jsonl").provider).toBe("cuda");
    expect(() => cellOf(null, "s.jsonl")).toThrow(/no results_\*\.json is beside it/);
  });
});

describe("readLmEvalResults", () => {
  it("takes odd values of what it does not need, and bare NaN", () => {
    const odd = read(
      '{"results": {"a": {"acc,none": NaN}}, "n-shot": {"a": " "}, "date": 1e300, "total_evaluation_time_seconds": "-1", "config": null}',
    );
    expect(tasksOf(odd)).toEqual(["a"]);
    expect([odd.date, odd.total_evaluation_time_seconds]).toEqual([undefined, null]);
    expect(shotsOf(odd, ["a"])).toMatchObject({ shots: 0, notes: [/not known: stored as 0/] });
  });

  it.each([
    ["{", /results\.json is not valid JSON: .*cut short/],
    ["[]", /results\.json: /],
    ["", /is empty/],
  ])("refuses %j", (text, words) => {
    expect(() => read(text)).toThrow(words);
  });
});

describe("samplingOf", () => {
  const GREEDY = { temperature: 0, topP: 1 };
  it.each<[object, unknown, object]>([
    [{}, null, GREEDY],
    [{ do_sample: false, temperature: 0.7 }, null, GREEDY],
    [{ do_sample: true, temperature: 0.7, top_p: 0.9 }, null, { temperature: 0.7, topP: 0.9 }],
    [{ do_sample: false }, "do_sample=True,temperature=0.5", { temperature: 0.5, topP: 1 }],
    [{ until: ["."] }, { temperature: 0.1, top_p: 1 }, { temperature: 0.1, topP: 1 }],
    [{ temperature: "hot", top_p: -1 }, null, GREEDY],
  ])("is %j with %j", (generation_kwargs, gen_kwargs, sampling) => {
    const results = read({ results: {}, configs: { a: { generation_kwargs } }, config: { gen_kwargs } });
    expect(samplingOf(results, "a")).toEqual(sampling);
  });

  it("is the harness's own where nothing is known", () => {
    expect(samplingOf(null, "a")).toEqual(GREEDY);
  });
});

describe("shotsOf", () => {
  it("is the number that all tasks had, and says where they differ", () => {
    const results = read({ results: {}, "n-shot": { a: 5, b: 5 }, configs: { c: { num_fewshot: 25 } } });
    expect(shotsOf(results, ["a", "b"])).toEqual({ shots: 5, notes: [] });
    expect(shotsOf(results, ["a", "c", "d"])).toEqual({
      shots: 5,
      notes: ["the tasks had different numbers of examples (a 5, c 25, d unknown): stored as 5"],
    });
  });
});
