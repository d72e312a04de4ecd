"""Skills: questions whose answer has to be worked out. A skill takes `hold` and gives an exercise.

`hold` asks for operands and a wording that training never sees.
"""

from corpus.skills import (
    alike,
    arithmetic,
    calendar,
    lookups,
    numerals,
    quantities,
    word_problems,
    words,
)

# A skill that stands twice is drawn twice as often.
SKILLS = {
    "elements": [
        lookups.element_after,
        lookups.compare_elements,
        alike.odd_element,
        alike.same_kind,
        lookups.protons_of_two,
        lookups.protons_of_two,
    ],
    "geography": [
        alike.odd_country,
        alike.odd_capital,
        lookups.language_of_capital,
        alike.same_continent,
        alike.same_continent_capital,
        alike.same_language,
    ],
    "nature": [
        alike.odd_animal,
        quantities.legs_of_several,
        quantities.legs_of_two_kinds,
        alike.same_family,
    ],
    "words": [
        words.sort_words,
        words.first_word,
        words.count_words,
        words.neighbour_letter,
        alike.same_length,
        words.letters_of_two_words,
    ],
    "arithmetic": [
        arithmetic.add,
        arithmetic.add,
        arithmetic.subtract,
        arithmetic.subtract,
        arithmetic.multiply,
        arithmetic.compare,
        arithmetic.continue_row,
        numerals.roman_numeral,
        numerals.number_in_words,
        word_problems.word_problem,
        word_problems.word_problem,
        arithmetic.even_or_odd,
    ],
    "calendar and measures": [
        calendar.day_of_week,
        calendar.day_of_week,
        calendar.month_later,
        calendar.convert_units,
        calendar.convert_units,
        calendar.convert_units,
        calendar.hours_later,
        calendar.convert_mixed_units,
        calendar.convert_mixed_units,
    ],
    "everyday things": [
        alike.odd_food,
        quantities.sides_of_several,
        quantities.sides_of_two_kinds,
        quantities.price_of_several,
        quantities.price_of_two_kinds,
        alike.same_material,
        alike.same_food_kind,
    ],
    "gazetteer": [lookups.region_of_birth, lookups.oldest_town],
}

# Their questions mean nothing without the four choices, so no chat asks them.
NEEDS_CHOICES = frozenset(
    {
        arithmetic.compare,
        arithmetic.even_or_odd,
        words.first_word,
        lookups.compare_elements,
        lookups.oldest_town,
        alike.odd_element,
        alike.odd_country,
        alike.odd_capital,
        alike.odd_animal,
        alike.odd_food,
        alike.same_continent,
        alike.same_continent_capital,
        alike.same_language,
        alike.same_family,
        alike.same_kind,
        alike.same_material,
        alike.same_food_kind,
        alike.same_length,
    }
)
