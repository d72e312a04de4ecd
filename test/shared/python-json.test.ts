import { describe, expect, it } from "vitest";
import { jsonProblem, parsePythonJson } from "#shared/python-json.ts";

describe("parsePythonJson", () => {
  it("reads bare NaN and Infinity, and leaves such words in texts alone", () => {
    const text = '{"a": [NaN, -Infinity, Infinity, -1.5e-05], "b": "NaN and \\"Infinity\\" of a text", "NaN": 1}';
    expect(parsePythonJson(text)).toEqual({
      a: ["NaN", "-Infinity", "Infinity", -1.5e-5],
      b: 'NaN and "Infinity" of a text',
      NaN: 1,
    });
  });

  it.each(["{", "[1, 2", "NaNa", '{"a": Infinite}'])("refuses %j", (text) => {
    expect(() => parsePythonJson(text)).toThrow(SyntaxError);
  });
});

describe("jsonProblem", () => {
  const problem = (text: string): string => {
    try {
      JSON.parse(text);
    } catch (error) {
      return jsonProblem(text, error);
    }
    throw new Error("was valid");
  };

  it.each([
    ['{\n"a": 1,\n', /^it is cut short, in line 2$/],
    ['{"a": "tex', /^it is cut short, in line 1$/],
    ['[\n{"a": 1},\n{"a"', /^it is cut short, in line 3$/],
    ['{"a": 1}\n{"b": 2}', /line 2/],
    ["[1, x]", /Unexpected token 'x'/],
  ])("says where %j is wrong", (text, words) => {
    expect(problem(text)).toMatch(words);
  });
});
