import { describe, expect, it } from "vitest";
import { readCsvQuestions } from "#core/benchmarks/read-csv.ts";

const read = (text: string): ReturnType<typeof readCsvQuestions> => readCsvQuestions(Buffer.from(text), "set.csv");
const refused = (text: string): unknown =>
  expect.objectContaining({ code: "QUESTIONS_INVALID", message: expect.stringContaining(text) as string });
const letters = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => String.fromCharCode(65 + index));

describe("readCsvQuestions with a header", () => {
  it("reads choice0.. and an index", () => {
    expect(read("subject,question,choice0,choice1,choice2,answer\nart,Who?,a,b,c,2\n")).toEqual([
      { subject: "art", question: "Who?", choices: ["a", "b", "c"], answer: 2 },
    ]);
  });

  it("reads A.. and a letter, columns in any order and case", () => {
    expect(read("Answer, B ,A,QUESTION\nb,second,first,Who?\n")).toEqual([
      { subject: null, question: "Who?", choices: ["first", "second"], answer: 1 },
    ]);
  });

  it.each([
    ["0", 0],
    ["3", 3],
    ["A", 0],
    ["d", 3],
    [" C ", 2],
  ])("reads the answer %j", (answer, index) => {
    expect(read(`question,A,B,C,D,answer\nq,1,2,3,4,${answer}\n`)[0]!.answer).toBe(index);
  });

  it("keeps commas, quotes and line breaks inside of quotes", () => {
    expect(read('question,A,B,answer\n"One, two,\nor ""three""?","x,y","""z""",A\n')).toEqual([
      { subject: null, question: 'One, two,\nor "three"?', choices: ["x,y", '"z"'], answer: 0 },
    ]);
  });

  it("reads CRLF, a byte order mark and no line end at the end", () => {
    expect(read('\uFEFFquestion,A,B,answer\r\n"q\r\nr",a,b,A\r\ns,c,d,B')).toMatchObject([
      { question: "q\r\nr", choices: ["a", "b"], answer: 0 },
      { question: "s", choices: ["c", "d"], answer: 1 },
    ]);
  });

  it("reads rows with fewer choices than columns, whose last are empty", () => {
    const rows = read("question,A,B,C,D,answer\np,1,2,,,A\nq,1,2,3,,C\nr,1,2,3,4,D\n");
    expect(rows.map(({ choices }) => choices.length)).toEqual([2, 3, 4]);
  });

  it.each([2, 26])("reads %i choices", (count) => {
    const last = letters(count).at(-1)!;
    const [row] = read(`question,${letters(count).join()},answer\nq,${letters(count).join()},${last}\n`);
    expect(row).toMatchObject({ choices: letters(count), answer: count - 1 });
  });

  it("skips empty lines and ignores columns that it does not know", () => {
    expect(read("id,question,A,B,answer\n\n7,q,a,b,B\n\n\n8,r,a,b,A\n")).toHaveLength(2);
  });

  it.each([
    ["an answer beyond the choices", "q,a,b,C", 'line 2: the answer "C" is none of the 2 choices (A or 0 to B or 1)'],
    ["an index beyond the choices", "q,a,b,2", 'line 2: the answer "2"'],
    ["a negative index", "q,a,b,-1", 'line 2: the answer "-1"'],
    ["a fraction", "q,a,b,1.0", 'line 2: the answer "1.0"'],
    ["the text of a choice", "q,a,b,ab", 'line 2: the answer "ab"'],
    ["no answer", "q,a,b,", "line 2: the answer is missing"],
    ["no question", ",a,b,A", "line 2: the question is empty"],
    ["an empty choice", "q,,b,B", "line 2: choice A is empty"],
    ["only one choice", "q,a,,A", "line 2: choice B is empty"],
    ["a field too many", "q,a,b,A,x", "line 2: it has 5 fields where the header names 4"],
    ["a field too few", "q,a,b", "line 2: it has 3 fields"],
  ])("refuses a row with %s", (_, row, text) => {
    expect(() => read(`question,A,B,answer\n${row}\n`)).toThrow(refused(`set.csv: ${text}`));
  });

  it("refuses the whole file for one bad row", () => {
    expect(() => read("question,A,B,answer\nq,a,b,A\nq,a,b,X\nq,a,b,A\n")).toThrow(refused("Nothing was read"));
  });

  it.each([
    ["LF", "\n", 'question,A,B,answer\n\n"q\nr\ns",a,b,A\n\nbad,a,b,X\nq,a,b,A', 7],
    ["CRLF", "\r\n", 'question,A,B,answer\r\n\r\n"q\r\nr\r\ns",a,b,A\r\n\r\nbad,a,b,X\r\nq,a,b,A', 7],
    ["LF inside of CRLF", "", 'question,A,B,answer\r\n"q\nr",a,b,A\r\nbad,a,b,X\r\n', 4],
    ["a row that spans lines itself", "", 'question,A,B,answer\nq,a,b,A\n"bad\nrow\n",a,b,X\n', 3],
    ["letters of several bytes", "", "question,A,B,answer\n\u00e9\u4e2d\u00e9\u4e2d,a,b,A\nbad,a,b,X\n", 3],
    ["a byte order mark", "", "\uFEFFquestion,A,B,answer\nbad,a,b,X\n", 2],
  ])("names the line on which a bad row starts: %s", (_, __, text, line) => {
    expect(() => read(text)).toThrow(refused(`set.csv: line ${line}: the answer "X"`));
  });

  it.each([
    ["question,choice1,choice2,choice3,answer", 'no "choice0"'],
    ["question,A,B,D,answer", 'the header names 3 choices but no "c"'],
    ["question,choice0,choice2,answer", 'no "choice1"'],
    ["question,answer", "names no choices"],
    ["question,A,B,label", 'names no "answer"'],
    ["question,A,B,answer,answer", '"answer" twice'],
  ])("refuses the header %s, which could be misread", (header, text) => {
    expect(() => read(`${header}\nq,a,b,c,0\n`)).toThrow(refused(`set.csv: line 1: the header`));
    expect(() => read(`${header}\nq,a,b,c,0\n`)).toThrow(refused(text));
  });

  it.each([1, 27])("refuses %i choices", (count) => {
    const names = Array.from({ length: count }, (_, index) => `choice${index}`);
    const text = `question,${names.join()},answer\nq,${names.join()},0\n`;
    expect(() => read(text)).toThrow(refused(`line 2: it has ${count} choices; 2 to 26 are allowed`));
  });
});

describe("readCsvQuestions without a header", () => {
  it("reads MMLU's own files", () => {
    const text = '"Find the degree of Q(sqrt(2), sqrt(3)).",0,4,2,6,B\n"Let p = (1, 2, 5).",8,2,24,120,C\n';
    expect(read(text)).toEqual([
      { subject: null, question: "Find the degree of Q(sqrt(2), sqrt(3)).", choices: ["0", "4", "2", "6"], answer: 1 },
      { subject: null, question: "Let p = (1, 2, 5).", choices: ["8", "2", "24", "120"], answer: 2 },
    ]);
  });

  it("refuses rows that are wider or narrower than most: a comma that no quotes keep is no further choice", () => {
    expect(() => read("p,a,b,c,d,B\nWell, q?,a,b,c,d,A\nr,a,b,c,d,C\n")).toThrow(
      refused("set.csv: line 2: it has 7 fields where most rows have 6; put quotes around texts with commas"),
    );
  });

  it("reads mixed line ends, as many rows as Python", () => {
    expect(read("p,a,b,A\r\nq,a,b,B\nr,a,b,A\rs,a,b,B").map(({ question }) => question)).toEqual(["p", "q", "r", "s"]);
  });

  it("leaves out an index in front of every row, and refuses numbers that may be one", () => {
    expect(read("0,p,a,b,B\n1,q,c,d,A\n")).toEqual([
      { subject: null, question: "p", choices: ["a", "b"], answer: 1 },
      { subject: null, question: "q", choices: ["c", "d"], answer: 0 },
    ]);
    expect(read("p,1,2,B\nq,3,4,A\n").map(({ choices }) => choices)).toEqual([
      ["1", "2"],
      ["3", "4"],
    ]);
    for (const text of ["7,p,a,b,B\n3,q,c,d,A\n", "0,p,a,b,B\n"]) {
      expect(() => read(text)).toThrow(refused("looks like an index and no question"));
    }
  });

  it("reads rows with fewer choices, whose last are empty", () => {
    expect(read("p,a,b,c,d,C\nq,a,b,,,B\n").map(({ choices }) => choices.length)).toEqual([4, 2]);
  });

  it("says that a header lacks the question, and that a file is JSON", () => {
    expect(() => read("goal,sol1,sol2,label\np,a,b,0\n")).toThrow(
      refused('line 1: the header names no "question" (goal, sol1, sol2, label)'),
    );
    expect(() => read("prompt,A,B,answer\np,a,b,A\n")).toThrow(refused('the header names no "question" (prompt, a, b'));
    expect(() => read('[{"question": "q"}]')).toThrow(refused("it is JSON, not CSV: name the file .json"));
  });

  it.each([
    ["p,a,b,B\nq,a,A\n", "line 2: it has 3 fields where most rows have 4"],
    ["p,a,b,E\n", 'line 1: the answer "E" is none of the 2 choices'],
    [`q,${"x,".repeat(27)}A\n`, "line 1: it has 27 choices"],
    [
      "q;a;b;A\n",
      'line 1: it has 1 field; without a header a row is question, choices, letter. Its fields are divided by ";"',
    ],
    ["p,a,b,B\n   \n", "line 2: it has 1 field where most rows have 4"],
  ])("refuses %j", (text, message) => {
    expect(() => read(text)).toThrow(refused(`set.csv: ${message}`));
  });
});

describe("readCsvQuestions on broken CSV", () => {
  it("names the line where a row starts whose quote is never closed", () => {
    const text = 'question,A,B,answer\nq,a,b,A\n\nr,"a,b,A\ns,a,b,A\nt,a,b,A\n';
    expect(() => read(text)).toThrow(refused("set.csv: line 4: it is not valid CSV (a quoted field is never closed"));
  });

  it.each([
    ['q,"a"x,b,A', "ax"],
    ['q,a"x",b,A', 'a"x"'],
    ['q,a "x,b,A', 'a "x'],
  ])("takes the quotes of %s as Python does", (row, choice) => {
    expect(read(`question,A,B,answer\n${row}\n`)[0]!.choices[0]).toBe(choice);
  });

  it("counts bad rows and tells of the first three", () => {
    const bad = Array.from({ length: 5 }, (_, index) => `q${index},a,b,X`).join("\n");
    expect(() => read(`question,A,B,answer\nq,a,b,A\n${bad}\n`)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          /^set\.csv: 5 of 6 rows cannot be read: line 3: .*; line 4: .*; line 5: .*; and others\. Nothing was read/,
        ) as string,
        details: expect.objectContaining({ row: "line 3", rows: 5 }) as unknown,
      }),
    );
  });

  it("holds no rows in an empty file", () => {
    expect(read("")).toEqual([]);
    expect(read("\n\n")).toEqual([]);
  });
});
