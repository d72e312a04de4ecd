"""What the corpus says and asks about months, days, units and instruments."""

from corpus.draw import sample
from corpus.relation import Relation, Row
from tables.measures import (
    DAYS,
    DAYS_OF_MONTH,
    INSTRUMENT_FOR_QUANTITY,
    MONTHS,
    SEASONS,
    UNIT_OF_QUANTITY,
)
from tables.sky import ORDINALS


def _other_lengths(row: Row) -> list[str]:
    """Three wrong lengths of a month, in days."""
    return sample([days for days in ["27", "28", "29", "30", "31", "32"] if days != row.y], 3)


RELATIONS = [
    Relation(
        [(month, MONTHS[(i + 1) % 12]) for i, month in enumerate(MONTHS)],
        statements=[
            "{y} comes after {x}.",
            "the month after {x} is {y}.",
            "{x} is followed by {y}.",
        ],
        questions=[
            "Which month comes after {x}?",
            "What is the month after {x}?",
            "Which month follows {x}?",
        ],
        held_out=["By which month is {x} followed?"],
        weight=0.4,
    ),
    Relation(
        [(month, MONTHS[i - 1]) for i, month in enumerate(MONTHS)],
        statements=["{y} comes before {x}.", "the month before {x} is {y}."],
        questions=[
            "Which month comes before {x}?",
            "What is the month before {x}?",
            "After which month does {x} come?",
        ],
        held_out=["{x} comes right after which month?"],
        weight=0.4,
    ),
    Relation(
        list(zip(MONTHS, DAYS_OF_MONTH)),
        statements=[
            "{x} has {y} days.",
            "there are {y} days in {x}.",
            "the month of {x} is {y} days long.",
        ],
        questions=["How many days does {x} have?", "How many days are there in {x}?"],
        held_out=["How many days long is the month of {x}?"],
        wrong=_other_lengths,
        weight=0.3,
    ),
    Relation(
        list(zip(MONTHS, ORDINALS)),
        statements=["{x} is the {y} month of the year.", "the {y} month of the year is {x}."],
        questions=[
            "Which place does {x} have among the months?",
            "Which month of the year is {x}, counted from January?",
            "Which place does {x} have in the year, counted from January?",
        ],
        held_out=["Counted from the start of the year, which place has {x}?"],
        weight=0.4,
    ),
    Relation(
        [(month, season) for season, months in SEASONS for month in months],
        statements=[
            "{x} is a month in {y}.",
            "{x} belongs to {y}.",
            "north of the equator, {x} falls in {y}.",
        ],
        questions=[
            "In which season is {x}?",
            "To which season does {x} belong?",
            "In which season does {x} fall?",
        ],
        held_out=["{x} falls in which season?"],
        weight=0.3,
    ),
    Relation(
        [(day, DAYS[(i + 1) % 7]) for i, day in enumerate(DAYS)],
        statements=["the day after {x} is {y}.", "{x} is followed by {y}.", "{y} comes after {x}."],
        questions=[
            "Which day comes after {x}?",
            "What is the day after {x}?",
            "Which day follows {x}?",
        ],
        held_out=["By which day is {x} followed?"],
        weight=0.3,
    ),
    Relation(
        UNIT_OF_QUANTITY,
        statements=[
            "the {x} is measured in {y}s.",
            "the unit of the {x} is the {y}.",
            "the {y} is a unit for the {x}.",
        ],
        questions=["Which unit is used for the {x}?", "What is the unit of the {x}?"],
        held_out=["Which of these is a unit for the {x}?"],
        weight=0.6,
    ),
    Relation(
        INSTRUMENT_FOR_QUANTITY,
        statements=["we use {ay} to measure the {x}.", "to find the {x}, people use {ay}."],
        questions=["What do we use to measure the {x}?", "With what do we measure the {x}?"],
        held_out=["Which instrument do people use to find the {x}?"],
        weight=0.6,
    ),
]
