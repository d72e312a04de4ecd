"""How multiple-choice items and chats are written down."""

from collections.abc import Sequence

from corpus.draw import below
from corpus.settings import TURN_END, TURN_START

LETTERS = "ABCD"


def shuffled_choices(answer: str, wrong: Sequence[str]) -> tuple[list[str], int]:
    """The four choices with the answer at a drawn place, and that place."""
    place = below(4)
    choices = list(wrong[:3])
    choices.insert(place, answer)
    return choices, place


def with_choices(question: str, choices: Sequence[str]) -> str:
    """The question and one lettered line for each choice."""
    lines = [f"{letter}. {choice}" for letter, choice in zip(LETTERS, choices)]
    return "\n".join([question, *lines])


def multiple_choice(question: str, choices: Sequence[str], letter: str | None = None) -> str:
    """The layout in which the product asks, with the letter of the answer or open."""
    answer = f" {letter}" if letter else ""
    return f"{with_choices(question, choices)}\nAnswer:{answer}"


def header(subject: str) -> str:
    """First line of a multiple-choice document, as in the product's `mmlu` template."""
    return f"The following are multiple choice questions (with answers) about {subject}.\n\n"


def chat(*turns: str) -> str:
    """ChatML; the user speaks first, and the speakers take turns."""
    roles = ("user", "assistant")
    return "".join(
        f"{TURN_START}{roles[i % 2]}\n{turn}{TURN_END}\n" for i, turn in enumerate(turns)
    )
