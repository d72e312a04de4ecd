"""Question sets as files, and the prompt that the product makes of a question."""

import csv
from pathlib import Path
from typing import NamedTuple

from corpus.layout import header, multiple_choice

COLUMNS = ["subject", "question", "choice0", "choice1", "choice2", "choice3", "answer"]


class Question(NamedTuple):
    """One item; `answer` is the index of the right choice."""

    subject: str
    question: str
    choices: list[str]
    answer: int


def write_csv(path: Path, questions: list[Question]) -> None:
    """Writes a set with a header line and LF line ends."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for item in questions:
            writer.writerow([item.subject, item.question, *item.choices, item.answer])


def read_csv(path: Path) -> list[Question]:
    """Reads what `write_csv` wrote; another header line raises ValueError."""
    with path.open(encoding="utf-8", newline="") as file:
        header_line, *rows = csv.reader(file)
    if header_line != COLUMNS:
        raise ValueError(f"{path.name}: the columns are {header_line}, expected {COLUMNS}")
    return [
        Question(subject, question, choices, int(answer))
        for subject, question, *choices, answer in rows
    ]


def prompt(item: Question) -> str:
    """The question as the product asks it (template `mmlu`), up to "Answer:"."""
    return header(item.subject) + multiple_choice(item.question, item.choices)
