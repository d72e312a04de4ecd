"""Sums, comparisons and number rows."""

from corpus.distractors import miscalculations
from corpus.draw import below, chance, pick, sample, unit
from corpus.english import listed, with_article
from corpus.heldout import draw_operands, wording
from corpus.skills.exercise import Exercise

_STEPS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 20, 25)


def add(hold: bool) -> Exercise:
    """Addition of two numbers; held out by the unordered pair."""
    limit = pick((97, 700)) if hold else pick((18, 97, 97, 700))
    a, b = draw_operands("add", lambda: (2 + below(limit), 2 + below(limit)), hold, unordered=True)
    total = a + b
    question = wording(
        hold,
        [
            f"What is {a} plus {b}?",
            f"What is {a} + {b}?",
            f"How much is {a} and {b} together?",
            f"What do you get when you add {b} to {a}?",
        ],
        [f"What is the sum of {a} and {b}?", f"How much do {a} and {b} make?"],
    )
    wrong = miscalculations(total)
    statements = [
        f"{a} plus {b} is {total}.",
        f"{a} + {b} = {total}.",
        f"The sum of {a} and {b} is {total}.",
        f"{a} and {b} make {total}.",
    ]
    return Exercise(question, str(total), wrong, pick(statements))


def subtract(hold: bool) -> Exercise:
    """Subtraction of the smaller number from the larger."""
    limit = pick((96, 800)) if hold else pick((20, 96, 96, 800))

    def draw() -> tuple[int, int]:
        first, second = 3 + below(limit), 2 + below(limit)
        return max(first, second), min(first, second)

    a, b = draw_operands("sub", draw, hold)
    rest = a - b
    question = wording(
        hold,
        [
            f"What is {a} minus {b}?",
            f"What is {a} - {b}?",
            f"How much is left when you take {b} from {a}?",
            f"What do you get when you take {b} away from {a}?",
        ],
        [
            f"What is the difference between {a} and {b}?",
            f"How much remains of {a} after {b} is taken away?",
        ],
    )
    wrong = miscalculations(rest)
    statements = [
        f"{a} minus {b} is {rest}.",
        f"{a} - {b} = {rest}.",
        f"The difference between {a} and {b} is {rest}.",
        f"When {b} is taken away from {a}, {rest} remains.",
    ]
    return Exercise(question, str(rest), wrong, pick(statements))


def multiply(hold: bool) -> Exercise:
    """The multiplication table up to 15 x 12."""
    a, b = draw_operands("mul", lambda: (2 + below(14), 2 + below(11)), hold)
    product = a * b
    question = wording(
        hold,
        [
            f"What is {a} times {b}?",
            f"What is {a} x {b}?",
            f"How much is {a} times {b}?",
        ],
        [f"What is the product of {a} and {b}?"],
    )
    wrong = miscalculations(product, (1, 2, a, b, 10), 1)
    statements = [
        f"{a} times {b} is {product}.",
        f"{a} x {b} = {product}.",
        f"The product of {a} and {b} is {product}.",
    ]
    return Exercise(question, str(product), wrong, pick(statements))


def compare(hold: bool) -> Exercise:
    """The largest or the smallest of four numbers."""
    numbers = draw_operands("cmp", lambda: tuple(sample(range(11, 999), 4)), hold)
    largest = chance(0.5)
    answer = max(numbers) if largest else min(numbers)
    which = "largest" if largest else "smallest"
    question = wording(
        hold,
        [
            f"Which number is the {which}?",
            f"Which of these numbers is the {which}?",
            f"Find the {which} number: which is it?",
        ],
        [f"Among these numbers, which is the {which}?"],
    )
    wrong = [str(number) for number in numbers if number != answer]
    row = listed([str(number) for number in numbers])
    return Exercise(question, str(answer), wrong, f"Of {row}, the {which} number is {answer}.")


def continue_row(hold: bool) -> Exercise:
    """The next number of a row with equal steps, upwards or downwards."""
    start, step = draw_operands("seq", lambda: (1 + below(40), pick(_STEPS)), hold)
    downwards = chance(0.3)
    numbers = [start + step * i for i in range(5)]
    if downwards:
        numbers.reverse()
    row, answer = ", ".join(map(str, numbers[:4])), numbers[4]
    question = wording(
        hold,
        [
            f"Which number comes next: {row}?",
            f"What is the next number: {row}?",
            f"How does this row go on: {row}?",
        ],
        [f"In the row {row}, which number follows?"],
    )
    wrong = miscalculations(answer, (1, 2, step, 10))
    return Exercise(question, str(answer), wrong, f"After {row} the next number is {answer}.")


def even_or_odd(hold: bool) -> Exercise:
    """The one even (or odd) number among four."""

    def draw() -> tuple[int, ...]:
        even = 2 * int(2 + unit() * 400)
        return (even, *[1 + 2 * int(2 + unit() * 400) for _ in range(3)])

    while True:
        numbers = draw_operands("even", draw, hold)
        odd = chance(0.5)
        if len(set(numbers)) == 4:
            break
    if odd:
        numbers = tuple(number + 1 for number in numbers)
    kind = "odd" if odd else "even"
    question = wording(
        hold,
        [f"Which of these numbers is {kind}?", f"Which number is {kind}?"],
        [f"Among these numbers, which one is {kind}?"],
    )
    wrong = [str(number) for number in numbers[1:]]
    statement = f"{numbers[0]} is {with_article(kind)} number."
    return Exercise(question, str(numbers[0]), wrong, statement)
