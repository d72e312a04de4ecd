"""The result of a skill."""

from typing import NamedTuple


class Exercise(NamedTuple):
    """One question that has to be worked out, in both shapes in which the corpus uses it."""

    question: str
    answer: str
    wrong: list[str]
    statement: str  # the answer as a whole sentence, with the working where there is one
