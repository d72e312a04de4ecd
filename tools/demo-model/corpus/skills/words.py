"""Alphabetical order, counting words, letters of the alphabet."""

import itertools
import string

from corpus.distractors import miscalculations
from corpus.draw import below, chance, forget, pick, sample
from corpus.heldout import draw_operands, wording
from corpus.skills.exercise import Exercise
from tables.word_list import WORDS

_ALPHABET = string.ascii_uppercase


def sort_words(hold: bool) -> Exercise:
    """Three words in alphabetical order."""
    words = draw_operands("sort", lambda: tuple(sorted(sample(WORDS, 3))), hold)
    wrong_orders = [order for order in itertools.permutations(words) if order != words]
    a, b, c = pick(wrong_orders)
    question = wording(
        hold,
        [
            "Which order of the words is alphabetical?",
            f"Put {a}, {b} and {c} in alphabetical order: which is right?",
            f"What is the alphabetical order of {a}, {b} and {c}?",
        ],
        [f"How do {a}, {b} and {c} stand in a dictionary?"],
    )
    answer = ", ".join(words)
    wrong = [", ".join(order) for order in sample(wrong_orders, 3)]
    statement = f"In alphabetical order, and so in a dictionary, the words are {answer}."
    return Exercise(question, answer, wrong, statement)


def first_word(hold: bool) -> Exercise:
    """The first or the last of four words in alphabetical order."""
    words = draw_operands("fword", lambda: tuple(sorted(sample(WORDS, 4))), hold)
    first = chance(0.5)
    place = "first" if first else "last"
    question = wording(
        hold,
        [
            f"Which of these words comes {place} in the alphabet?",
            f"Which word is {place} in alphabetical order?",
        ],
        [f"In a dictionary, which of these words stands {place}?"],
    )
    answer = words[0] if first else words[3]
    side = "before" if first else "after"
    statement = f"In alphabetical order {answer} comes {side} the other words."
    return Exercise(question, answer, [word for word in words if word != answer], statement)


def count_words(hold: bool) -> Exercise:
    """The length of a list of three to nine words."""
    count = 3 + below(7)
    words = ", ".join(draw_operands("count", lambda: tuple(sample(WORDS, count)), hold))
    question = wording(
        hold,
        [
            f"How many words are in this list: {words}?",
            f"How many things are named here: {words}?",
            f"How many words does the list {words} have?",
        ],
        [f"What is the number of words in the list {words}?"],
    )
    wrong = miscalculations(count, (1, 2, 3), 1)
    statement = f"The number of words in the list {words} is {count}."
    return Exercise(question, str(count), wrong, statement)


def neighbour_letter(hold: bool) -> Exercise:
    """The letter one or two places before or after another."""
    forget(3)
    place, upwards, distance = draw_operands(
        "letter", lambda: (2 + below(22), chance(0.5), 1 + below(2)), hold
    )
    letter = _ALPHABET[place]
    answer = _ALPHABET[place + distance if upwards else place - distance]
    side = "after" if upwards else "before"
    where = f"{'' if distance == 1 else 'two places '}{side} {letter}"
    question = wording(
        hold,
        [
            f"Which letter comes {where}?",
            f"What is the letter {where} in the alphabet?",
            f"Which letter stands {where} in the alphabet?",
        ],
        [f"In the alphabet, which letter stands {where}?"],
    )
    near = _ALPHABET[max(0, place - 4) : place + 5]
    wrong = sample([other for other in near if other not in (answer, letter)], 3)
    return Exercise(question, answer, wrong, f"In the alphabet, {answer} comes {where}.")


def letters_of_two_words(hold: bool) -> Exercise:
    """The number of letters of two words together."""
    a, b = draw_operands("letters2", lambda: tuple(sample(WORDS, 2)), hold)
    total = len(a) + len(b)
    question = wording(
        hold,
        [
            f"How many letters do the words {a} and {b} have together?",
            f"How many letters are in {a} and {b} together?",
        ],
        [f"What is the number of letters in {a} and {b} together?"],
    )
    wrong = miscalculations(total, (1, 2, 3), 4)
    statement = f"{len(a)} + {len(b)} = {total}, so {a} and {b} have {total} letters together."
    return Exercise(question, str(total), wrong, statement)
