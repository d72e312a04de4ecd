"""How many legs, sides or coins several things have or cost together."""

from corpus.distractors import miscalculations
from corpus.draw import below, pick, sample
from corpus.english import IRREGULAR_PLURALS, ONES
from corpus.heldout import draw_operands, wording
from corpus.skills.exercise import Exercise
from tables.household import SIDES_OF_SHAPE, TOOLS
from tables.living_things import ANIMALS

# Goods with a price: the first tools of the table are things that a shop sells by the piece.
_GOODS = [tool for tool, _ in TOOLS[:30]]
_LEGS = [
    (animal.name, int(animal.legs))
    for animal in ANIMALS
    if animal.legs != "0" and animal.name not in IRREGULAR_PLURALS
]


def _has_plain_plural(shape: str) -> bool:
    return shape[-1] not in "us"


_SIDES = [(shape, sides) for shape, sides in SIDES_OF_SHAPE if _has_plain_plural(shape)]


def legs_of_several(hold: bool) -> Exercise:
    """The legs of several animals of one kind."""
    while True:
        index, count = draw_operands("legs", lambda: (below(len(ANIMALS)), 2 + below(8)), hold)
        animal = ANIMALS[index]
        if animal.name not in IRREGULAR_PLURALS and animal.legs != "0":
            break
    legs = int(animal.legs)
    return _of_one_kind(hold, animal.name, legs, count, "legs", (1, 2, legs, 4, 6))


def sides_of_several(hold: bool) -> Exercise:
    """The sides of several shapes of one kind."""
    while True:
        index, count = draw_operands(
            "sides", lambda: (below(len(SIDES_OF_SHAPE)), 2 + below(8)), hold
        )
        shape, sides = SIDES_OF_SHAPE[index]
        if _has_plain_plural(shape):
            break
    return _of_one_kind(hold, shape, sides, count, "sides", (1, 2, sides, 10))


def _of_one_kind(
    hold: bool, name: str, each: int, count: int, parts: str, distances: tuple[int, ...]
) -> Exercise:
    things, answer = f"{ONES[count]} {name}s", each * count
    question = wording(
        hold,
        [
            f"How many {parts} do {things} have together?",
            f"There are {things}. How many {parts} are there?",
        ],
        [f"What is the number of {parts} of {things}?"],
    )
    statement = f"Each {name} has {each} {parts}, so {things} have {answer} {parts}."
    return Exercise(question, str(answer), miscalculations(answer, distances), statement)


def legs_of_two_kinds(hold: bool) -> Exercise:
    """The legs of animals of two kinds."""
    return _of_two_kinds(hold, "legs2", _LEGS, "legs")


def sides_of_two_kinds(hold: bool) -> Exercise:
    """The sides of shapes of two kinds."""
    return _of_two_kinds(hold, "sides2", _SIDES, "sides")


def _of_two_kinds(hold: bool, skill: str, table: list[tuple[str, int]], parts: str) -> Exercise:
    size = len(table)
    while True:
        i, j, m, n = draw_operands(
            skill, lambda: (below(size), below(size), 2 + below(6), 2 + below(6)), hold
        )
        (first, first_parts), (second, second_parts) = table[i], table[j]
        if first != second:
            break
    answer = first_parts * m + second_parts * n
    group = f"{ONES[m]} {first}s and {ONES[n]} {second}s"
    question = wording(
        hold,
        [
            f"How many {parts} do {group} have together?",
            f"There are {group}. How many {parts} are there?",
        ],
        [f"What is the number of {parts} of {group}?"],
    )
    wrong = miscalculations(answer, (1, 2, first_parts, second_parts, 4))
    working = f"{m} x {first_parts} + {n} x {second_parts} = {answer}"
    return Exercise(question, str(answer), wrong, f"{working}, so {group} have {answer} {parts}.")


def price_of_several(hold: bool) -> Exercise:
    """The price of several things of one kind."""
    price, count = draw_operands("cost", lambda: (2 + below(18), 2 + below(8)), hold)
    thing = pick(_GOODS)
    pieces, answer = f"{ONES[count]} of them", price * count
    question = wording(
        hold,
        [
            f"One {thing} costs {price} coins. How many coins do {pieces} cost?",
            f"A shop sells one {thing} for {price} coins. What do you pay for {pieces}?",
        ],
        [f"The price of one {thing} is {price} coins. What is the price of {pieces}?"],
    )
    wrong = miscalculations(answer, (1, 2, price, 10))
    statement = f"The price of {pieces} is {answer} coins."
    if "What" in question:
        return Exercise(question, f"{answer} coins", [f"{x} coins" for x in wrong], statement)
    return Exercise(question, str(answer), wrong, statement)


def price_of_two_kinds(hold: bool) -> Exercise:
    """The price of things of two kinds."""
    price_a, price_b, m, n = draw_operands(
        "cost2", lambda: (2 + below(14), 2 + below(14), 2 + below(5), 2 + below(5)), hold
    )
    a, b = sample(_GOODS, 2)
    answer = price_a * m + price_b * n
    basket = f"{ONES[m]} of the first and {ONES[n]} of the second"
    asked = wording(
        hold,
        [f"How many coins do {basket} cost?", f"What do you pay for {basket}?"],
        [f"What is the price of {basket}?"],
    )
    question = f"One {a} costs {price_a} coins, and one {b} costs {price_b} coins. {asked}"
    wrong = [f"{x} coins" for x in miscalculations(answer, (1, 2, price_a, price_b, 10))]
    working = f"{m} x {price_a} + {n} x {price_b} = {answer}"
    statement = f"{working}, so the price is {answer} coins."
    return Exercise(question, f"{answer} coins", wrong, statement)
