"""Measures the variants on a question set: accuracy, flips, Jaccard and letter differences."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from corpus.layout import LETTERS
from corpus.question_file import Question, prompt, read_csv
from exporting.runtime import OnnxModel
from exporting.variants import KINDS, variant_path

_TOP = (1, 3, 5, 10, 20)


class Answers(NamedTuple):
    """What a variant said: one row a question."""

    letters: np.ndarray  # (questions, 4) log-probabilities of " A" to " D"
    top: np.ndarray  # (questions, 20) most probable token ids, best first
    correct: np.ndarray  # (questions,) whether the best letter is the right one


def measure(model_folder: Path, variants: Path, questions: Path) -> None:
    """Prints a Markdown table and writes measure.json beside the variants.

    The first kind, fp32, is the reference of all comparisons.
    """
    items = read_csv(questions)
    reference = None
    table = {}
    for kind in KINDS:
        path = variant_path(variants, kind)
        answers = _ask(OnnxModel(path, model_folder), items)
        reference = reference or answers
        megabytes = round(path.stat().st_size / 1e6, 2)
        table[kind] = {"MB": megabytes, **_compare(answers, reference, items)}
        print(kind, json.dumps(table[kind]), flush=True)
    _print_table(table)
    (variants / "measure.json").write_text(json.dumps(table, indent=1))


def _ask(model: OnnxModel, items: list[Question]) -> Answers:
    letter_ids = [model.tokenizer.encode(f" {letter}").ids[0] for letter in LETTERS]
    rows = []
    for item in items:
        logits = model.logits(model.tokenizer.encode(prompt(item)).ids)[-1]
        logits -= logits.max()
        rows.append(logits - np.log(np.exp(logits).sum()))
    logprobs = np.array(rows)
    # A stable sort, so that equal log-probabilities keep the order of their ids.
    top = np.argsort(-logprobs, 1, kind="stable")[:, : max(_TOP)]
    letters = logprobs[:, letter_ids]
    right = np.array([item.answer for item in items])
    return Answers(letters, top, letters.argmax(1) == right)


def _compare(answers: Answers, reference: Answers, items: list[Question]) -> dict:
    correct, before = answers.correct, reference.correct
    subjects = np.array([item.subject for item in items])
    return {
        "accuracy": round(100 * correct.mean(), 2),
        "right_to_wrong": int((before & ~correct).sum()),
        "wrong_to_right": int((~before & correct).sum()),
        "jaccard": {k: round(_jaccard(answers.top, reference.top, k), 3) for k in _TOP},
        "letter_diff": round(float(np.abs(answers.letters - reference.letters).mean()), 4),
        "subjects": {
            subject: round(100 * correct[subjects == subject].mean(), 1)
            for subject in dict.fromkeys(item.subject for item in items)
        },
    }


def _jaccard(top: np.ndarray, reference: np.ndarray, k: int) -> float:
    overlaps = []
    for a, b in zip(top, reference):
        ours, theirs = set(a[:k]), set(b[:k])
        overlaps.append(len(ours & theirs) / len(ours | theirs))
    return float(np.mean(overlaps))


def _print_table(table: dict[str, dict]) -> None:
    print("\n| | " + " | ".join(table) + " |\n|---|" + "---|" * len(table))

    def row(name: str, value: Callable[[dict], object]) -> None:
        print(f"| {name} | " + " | ".join(str(value(column)) for column in table.values()) + " |")

    row("file, MB", lambda column: column["MB"])
    row("accuracy, %", lambda column: column["accuracy"])
    for subject in table["fp32"]["subjects"]:
        row(subject, lambda column, subject=subject: column["subjects"][subject])
    row("right to wrong", lambda column: column["right_to_wrong"])
    row("wrong to right", lambda column: column["wrong_to_right"])
    for k in _TOP:
        row(f"Jaccard at {k}", lambda column, k=k: column["jaccard"][k])
    row("mean letter log-probability difference", lambda column: column["letter_diff"])
