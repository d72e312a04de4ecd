"""What the corpus says and asks about chemical elements."""

from corpus.distractors import numbers_near
from corpus.relation import Relation, Selection
from tables.elements import ELEMENTS, GASES, KIND_OF_SYMBOL, LIQUIDS, USE_OF_ELEMENT


def _state(symbol: str) -> str:
    """Gas, liquid or solid at room temperature."""
    return "gas" if symbol in GASES else "liquid" if symbol in LIQUIDS else "solid"


KINDS = [(name, KIND_OF_SYMBOL[symbol]) for symbol, name in ELEMENTS if symbol in KIND_OF_SYMBOL]
# The few gases and liquids come first: drawn by rank alone, nearly every answer would be "solid".
STATES = [
    (name, _state(symbol))
    for symbol, name in sorted(ELEMENTS[:100], key=lambda e: _state(e[0]) == "solid")
]

RELATIONS = [
    Relation(
        [(name, symbol) for symbol, name in ELEMENTS],
        statements=[
            "the chemical symbol of {x} is {y}.",
            "chemists write {x} as {y}.",
            "{x} has the symbol {y}.",
            "the letters {y} stand for {x}.",
            "in the periodic table {x} is shown as {y}.",
        ],
        questions=[
            "What is the chemical symbol of {x}?",
            "Which symbol stands for {x}?",
            "How do chemists write {x}?",
            "What is the symbol for the element {x}?",
            "Which letters stand for {x} in the periodic table?",
        ],
        held_out=["Which symbol does {x} have?", "By which letters is the element {x} shown?"],
    ),
    Relation(
        ELEMENTS,
        statements=[
            "the symbol {x} stands for {y}.",
            "{x} is the symbol of {y}.",
            "in the periodic table {x} means {y}.",
            "the element written {x} is {y}.",
        ],
        questions=[
            "Which element has the symbol {x}?",
            "What does the symbol {x} stand for?",
            "Which element is written {x}?",
            "What element do the letters {x} mean?",
        ],
        held_out=[
            "Which element is shown as {x} in the periodic table?",
            "To which element does the symbol {x} belong?",
        ],
    ),
    Relation(
        [(name, number) for number, (_, name) in enumerate(ELEMENTS, 1)],
        statements=[
            "{x} has atomic number {y}.",
            "the atomic number of {x} is {y}.",
            "an atom of {x} has {y} protons.",
            "{x} is element number {y}.",
        ],
        questions=[
            "What is the atomic number of {x}?",
            "How many protons does an atom of {x} have?",
            "Which number does {x} have in the periodic table?",
            "What number is the element {x}?",
        ],
        held_out=[
            "Which atomic number belongs to {x}?",
            "How many protons are in one atom of {x}?",
        ],
        wrong=lambda row: numbers_near(row, 1, 118),
    ),
    Relation(
        [(str(number), name) for number, (_, name) in enumerate(ELEMENTS, 1)],
        statements=[
            "element number {x} is {y}.",
            "the element with atomic number {x} is {y}.",
            "an atom with {x} protons is an atom of {y}.",
            "number {x} in the periodic table is {y}.",
        ],
        questions=[
            "Which element has atomic number {x}?",
            "What is element number {x}?",
            "Which element has {x} protons?",
        ],
        held_out=[
            "Which element is number {x} in the periodic table?",
            "An atom with {x} protons belongs to which element?",
        ],
    ),
    Relation(
        KINDS,
        statements=[
            "{x} is {ay}.",
            "{x} belongs to the group of the {y}s.",
            "chemists call {x} {ay}.",
            "among the elements, {x} is {ay}.",
        ],
        questions=[
            "What kind of element is {x}?",
            "Which kind of element is {x}?",
            "To which kind of elements does {x} belong?",
            "What do chemists call {x}?",
        ],
        held_out=[
            "To which group of elements does {x} belong?",
            "How do chemists class the element {x}?",
        ],
    ),
    Selection(
        KINDS,
        statements=["{x} is {ay}.", "of these, {x} is {ay}."],
        questions=[
            "Which of these elements is {ay}?",
            "Which element is {ay}?",
            "Which of these is {ay}?",
            "Which one of these elements is {ay}?",
            "Which of the following elements is {ay}?",
        ],
        held_out=[
            "Which one of the following elements belongs to the {y}s?",
            "Among these elements, which is {ay}?",
        ],
    ),
    Selection(
        STATES,
        statements=["{x} is {ay} at room temperature.", "at room temperature, {x} is {ay}."],
        questions=[
            "Which of these elements is {ay} at room temperature?",
            "Which element is {ay} in a warm room?",
            "Which of these is {ay} at room temperature?",
        ],
        held_out=["At room temperature, which of these elements is {ay}?"],
        zipf=1.0,
    ),
    Relation(
        list(USE_OF_ELEMENT.items()),
        statements=["{x} is used for {y}.", "people use {x} for {y}.", "one use of {x} is {y}."],
        questions=[
            "What is {x} used for?",
            "What do people use {x} for?",
            "What is one use of {x}?",
        ],
        held_out=["Which of these is a use of {x}?", "For which purpose do people use {x}?"],
        weight=0.6,
    ),
]
