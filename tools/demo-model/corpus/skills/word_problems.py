"""Short stories with a number at the end."""

from corpus.distractors import miscalculations
from corpus.draw import below, chance, pick
from corpus.english import capitalized
from corpus.heldout import draw_operands, wording
from corpus.skills.exercise import Exercise
from tables.people import BOYS, GIRLS

_THINGS = (
    "apples pears plums marbles shells stamps coins pencils cards books eggs nuts stones buttons"
    " tickets balloons cherries biscuits"
).split()


def word_problem(hold: bool) -> Exercise:
    """Two steps of adding and taking away, or one multiplication, told with names and things."""
    a, b, c = draw_operands("story", lambda: (6 + below(30), 2 + below(15), 2 + below(15)), hold)
    girl = chance(0.5)
    name = pick(GIRLS if girl else BOYS)
    pronoun = "she" if girl else "he"
    subject = capitalized(pronoun)
    things = pick(_THINGS)
    friend = pick([other for other in GIRLS + BOYS if other != name])
    plot = below(4)
    if plot == 0:
        answer = a + b + c
        told = f"{name} has {a} {things}. {subject} finds {b} more and then buys {c} more."
        working = f"{a} + {b} + {c} = {answer}"
    elif plot == 1:
        if a + b - c < 0:
            c = a
        answer = a + b - c
        told = f"{name} has {a} {things}. {subject} buys {b} more and then gives {c} to {friend}."
        working = f"{a} + {b} - {c} = {answer}"
    elif plot == 2:
        a += b + c
        answer = a - b - c
        told = f"{name} has {a} {things}. {subject} gives {b} to {friend} and then loses {c}."
        working = f"{a} - {b} - {c} = {answer}"
    else:
        b = 2 + b % 5
        if a < 13:
            answer = a * b
            told = f"{name} has {b} boxes with {a} {things} in each box."
            working = f"{a} x {b} = {answer}"
        else:
            answer = a + b
            told = f"{name} has {a} {things} and gets {b} more."
            working = f"{a} + {b} = {answer}"
    asked = wording(
        hold,
        [
            f"How many {things} does {name} have now?",
            f"How many {things} does {pronoun} have in the end?",
            f"How many {things} are there now?",
            f"What number of {things} does {name} have in the end?",
        ],
        [f"What is the number of {things} that {name} has in the end?"],
    )
    statement = f"{working}, so {name} has {answer} {things}."
    return Exercise(f"{told} {asked}", str(answer), miscalculations(answer), statement)
