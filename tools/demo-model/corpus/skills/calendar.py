"""Days, months, hours and conversions of units."""

from corpus.distractors import miscalculations
from corpus.draw import below, chance, pick, sample
from corpus.heldout import draw_operands, wording
from corpus.skills.exercise import Exercise
from tables.measures import DAYS, MONTHS, UNITS

# Units of which people say "2 hours and 5 minutes".
_MIXED_UNITS = (0, 1, 2, 3, 4, 7, 13, 14, 15, 19)


def day_of_week(hold: bool) -> Exercise:
    """The day of the week some days from now or ago."""
    start, count, later = draw_operands(
        "day", lambda: (below(7), 2 + below(13), chance(0.65)), hold
    )
    today, answer = DAYS[start], DAYS[(start + count if later else start - count) % 7]
    if later:
        question = wording(
            hold,
            [
                f"Today is {today}. What day is it in {count} days?",
                f"If today is {today}, which day is it {count} days from now?",
                f"Which day comes {count} days after {today}?",
                f"Today is {today}. Which day is it in {count} days?",
            ],
            [f"Today is {today}. Which day comes {count} days later?"],
        )
        statement = f"{count} days after {today} comes {answer}."
    else:
        question = wording(
            hold,
            [
                f"Today is {today}. What day was it {count} days ago?",
                f"If today is {today}, which day was it {count} days ago?",
                f"Which day came {count} days before {today}?",
            ],
            [f"Today is {today}. Which day came {count} days earlier?"],
        )
        statement = f"{count} days before {today} was {answer}."
    return Exercise(question, answer, sample([d for d in DAYS if d != answer], 3), statement)


def month_later(hold: bool) -> Exercise:
    """The month some months from now."""
    start, count = draw_operands("month", lambda: (below(12), 2 + below(9)), hold)
    month, answer = MONTHS[start], MONTHS[(start + count) % 12]
    question = wording(
        hold,
        [
            f"It is {month} now. Which month is it in {count} months?",
            f"Which month is {count} months after {month}?",
            f"Which month comes {count} months after {month}?",
            f"It is {month}. Which month is it {count} months later?",
        ],
        [f"Now it is {month}. Which month comes {count} months later?"],
    )
    wrong = sample([other for other in MONTHS if other != answer], 3)
    return Exercise(question, answer, wrong, f"{count} months after {month} comes {answer}.")


def hours_later(hold: bool) -> Exercise:
    """What a clock with twelve hours shows some hours later."""
    start, count = draw_operands("time", lambda: (1 + below(12), 2 + below(10)), hold)
    end = (start + count - 1) % 12 + 1
    question = wording(
        hold,
        [
            f"It is {start} o'clock. What time is it in {count} hours?",
            f"A train leaves at {start} o'clock and travels for {count} hours."
            " When does it arrive?",
            f"Now it is {start} o'clock. What does the clock show in {count} hours?",
        ],
        [f"It is {start} o'clock. What does the clock show {count} hours later?"],
    )
    others = sample([hour for hour in range(1, 13) if hour != end], 3)
    wrong = [f"{hour} o'clock" for hour in others]
    statement = f"{count} hours after {start} o'clock the clock shows {end} o'clock."
    return Exercise(question, f"{end} o'clock", wrong, statement)


def convert_units(hold: bool) -> Exercise:
    """Some of a large unit in a smaller one."""
    index, count = draw_operands("conv", lambda: (below(len(UNITS)), 1 + below(12)), hold)
    small, large, factor = UNITS[index]
    amount = f"{count} {_plural_of_unit(large) if count > 1 else large}"
    make = "makes" if count == 1 else "make"
    answer = count * factor
    question = wording(
        hold,
        [
            f"How many {small} are in {amount}?",
            f"How many {small} are there in {amount}?",
            f"What is {amount} in {small}?",
            f"How many {small} make {amount}?",
        ],
        [f"{amount} {make} how many {small}?"],
    )
    wrong = miscalculations(answer, (factor, 2 * factor, 10, max(1, factor // 2)), 1)
    statements = [f"There are {answer} {small} in {amount}.", f"{amount} {make} {answer} {small}."]
    return Exercise(question, str(answer), wrong, pick(statements))


def convert_mixed_units(hold: bool) -> Exercise:
    """Some of a large unit and some of a smaller one, all in the smaller one."""
    index, count, extra = draw_operands(
        "conv2", lambda: (pick(_MIXED_UNITS), 1 + below(9), 1 + below(60)), hold
    )
    small, large, factor = UNITS[index]
    extra = 1 + extra % (factor - 1)
    answer = count * factor + extra
    if count > 1 and large != "dozen":
        large = _plural_of_unit(large)
    one_small = {"feet": "foot", "inches": "inch"}.get(small, small[:-1])
    amount = f"{count} {large} and {extra} {small if extra > 1 else one_small}"
    question = wording(
        hold,
        [f"How many {small} are {amount}?", f"How many {small} are there in {amount}?"],
        [f"{amount} make how many {small}?"],
    )
    wrong = miscalculations(answer, (1, 2, 10, factor))
    statement = f"{count} x {factor} + {extra} = {answer}, so {amount} make {answer} {small}."
    return Exercise(question, str(answer), wrong, statement)


def _plural_of_unit(unit: str) -> str:
    return {"foot": "feet", "century": "centuries"}.get(unit, unit + "s")
