"""python make_answers.py MODEL_FOLDER FILES.json QUESTIONS.csv answers.bin: how answers.bin was made. Needs numpy, onnxruntime and tokenizers.

QUESTIONS.csv: 24,000 fresh questions of the generator in tools/demo-model, 3,000 of each of its eight subjects, in the order of the subjects.
FILES.json: the ONNX files by format, {"fp32": PATH, "w8": PATH, "int4": PATH, "nf4": PATH}; the last three made by `quantscope quantize`.
One record of 9 bytes a question: a byte whose bits 0 to 3 say whether fp32, w8, int4 and nf4 answer it rightly, and four little-endian 16-bit numbers,
the probability of the right letter among the four letters times 65,535. Prompts are those of the template `mmlu` (docs/measurement.md).
"""
import csv
import json
import sys

import numpy as np
import onnxruntime as ort
from tokenizers import Tokenizer

FORMATS = ("fp32", "w8", "int4", "nf4")
folder, files, questions, target = sys.argv[1:]
config = json.load(open(f"{folder}/config.json"))
tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
rows = list(csv.DictReader(open(questions)))
paths = json.load(open(files))


def prompt_of(row):
    choices = [f"{letter}. {row[f'choice{index}']}" for index, letter in enumerate("ABCD")]
    header = f"The following are multiple choice questions (with answers) about {row['subject']}.\n\n"
    return header + "\n".join([row["question"].strip(), *choices, "Answer:"])


def letters_of(session, prompt):
    ids = tokenizer.encode(prompt).ids
    letters = [tokenizer.encode(f"{prompt} {letter}").ids[-1] for letter in "ABCD"]
    size = len(ids)
    past = np.zeros((1, config["num_key_value_heads"], 0, config["head_dim"]), np.float32)
    feeds = {entry.name: past for entry in session.get_inputs() if entry.name.startswith("past")}
    feeds |= {"input_ids": np.array([ids]), "attention_mask": np.ones((1, size), np.int64), "position_ids": np.arange(size)[None]}
    logits = session.run(["logits"], feeds)[0][0, -1, letters].astype(np.float64)
    weights = np.exp(logits - logits.max())
    return weights / weights.sum()


records = np.zeros((len(rows), 9), np.uint8)
for place, name in enumerate(FORMATS):
    session = ort.InferenceSession(paths[name], providers=["CPUExecutionProvider"])
    for index, row in enumerate(rows):
        shares = letters_of(session, prompt_of(row))
        right = int(row["answer"])
        records[index, 0] |= int(shares.argmax() == right) << place
        records[index, 1 + 2 * place : 3 + 2 * place] = np.frombuffer(np.uint16(round(shares[right] * 65535)).tobytes(), np.uint8)
records.tofile(target)
