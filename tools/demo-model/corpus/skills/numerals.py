"""Roman numerals and numbers in words."""

from corpus.distractors import miscalculations
from corpus.draw import below, chance
from corpus.english import in_words, roman
from corpus.heldout import draw_operands, wording
from corpus.skills.exercise import Exercise


def roman_numeral(hold: bool) -> Exercise:
    """Reading or writing a Roman numeral up to 89."""
    (number,) = draw_operands("roman", lambda: (1 + below(89),), hold)
    numeral, distances = roman(number), (1, 2, 5, 10)
    if chance(0.5):
        question = wording(
            hold,
            [
                f"Which number is {numeral} in Roman numerals?",
                f"What does the Roman numeral {numeral} mean?",
            ],
            [f"The Roman numeral {numeral} stands for which number?"],
        )
        statement = f"The Roman numeral {numeral} means {number}."
        return Exercise(question, str(number), miscalculations(number, distances, 1), statement)
    question = wording(
        hold,
        [f"How do you write {number} in Roman numerals?", f"What is {number} as a Roman numeral?"],
        [f"Which Roman numeral stands for {number}?"],
    )
    wrong = [roman(int(other)) for other in miscalculations(number, distances, 1)]
    return Exercise(question, numeral, wrong, f"In Roman numerals {number} is {numeral}.")


def number_in_words(hold: bool) -> Exercise:
    """Reading or writing a number from 11 to 490 in words."""
    (number,) = draw_operands("word", lambda: (11 + below(480),), hold)
    words, distances = in_words(number), (1, 2, 10, 20, 100)
    if chance(0.5):
        question = wording(
            hold,
            [
                f"How do you write {number} in words?",
                f"What is {number} in words?",
                f"Which words mean {number}?",
            ],
            [f"Which words stand for the number {number}?"],
        )
        wrong = [in_words(int(other)) for other in miscalculations(number, distances, 1)]
        return Exercise(question, words, wrong, f"The number {number} is written {words}.")
    question = wording(
        hold,
        [
            f"How do you write {words} in digits?",
            f"What is {words} in digits?",
            f"Which number is {words}?",
        ],
        [f"Which number do the words {words} stand for?"],
    )
    wrong = miscalculations(number, distances, 1)
    return Exercise(question, str(number), wrong, f"In digits, {words} is {number}.")
