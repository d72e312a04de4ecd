"""Odd one out, and which of these is like another: several look-ups and a comparison."""

from collections.abc import Callable, Sequence

from corpus.draw import pick, sample
from corpus.english import capitalized, with_article
from corpus.facts.elements import KINDS
from corpus.facts.geography import COUNTRIES
from corpus.facts.nature import FAMILIES
from corpus.heldout import is_held_out, wording
from corpus.skills.exercise import Exercise
from tables.countries import LANGUAGES
from tables.household import FOODS, MATERIALS
from tables.word_list import WORDS

Skill = Callable[[bool], Exercise]
Table = Sequence[tuple[str, object]]  # a thing and its class

_CONTINENT_OF_COUNTRY = [(country, continent) for country, _, continent in COUNTRIES]
_CONTINENT_OF_CAPITAL = [(capital, continent) for _, capital, continent in COUNTRIES]
_LENGTHS = [(word, len(word)) for word in WORDS]


def _odd_one_out(skill: str, table: Table, things: str, class_phrase: Callable) -> Skill:
    """Three of one class and one of another: which is the other?"""

    def make(hold: bool) -> Exercise:
        while True:
            common = pick(table)[1]
            members = [thing for thing, kind in table if kind == common]
            if len(members) < 6:
                continue
            odd, kind = pick(table)
            if kind == common:
                continue
            alike = sample(members, 3)
            if is_held_out(skill, *sorted([*alike, odd])) == hold:
                break
        phrase = class_phrase(common)
        question = wording(
            hold,
            [
                f"Which of these {things} is not {phrase}?",
                f"Three of these {things} are alike. Which one is not {phrase}?",
                f"Which one of these {things} is not {phrase}?",
            ],
            [f"Among these {things}, which one is not {phrase}?"],
        )
        name = with_article(odd) if things == "animals" else odd
        return Exercise(question, odd, alike, f"{capitalized(name)} is not {phrase}.")

    return make


def _same_class(skill: str, table: Table, things: str, trained: str, held_out: str) -> Skill:
    """Which of four shares its class with the one that is named?

    `trained` and `held_out` are the two wordings of "is of the same class".
    """

    def make(hold: bool) -> Exercise:
        while True:
            named, common = pick(table)
            like = [thing for thing, kind in table if kind == common and thing != named]
            if not like:
                continue
            answer = pick(like)
            wrong: list[str] = []
            while len(wrong) < 3:
                other, kind = pick(table)
                if kind != common and other not in wrong:
                    wrong.append(other)
            if is_held_out(skill, named, answer) == hold:
                break
        question = wording(
            hold,
            [
                f"Which of these {things} {trained} as {named}?",
                f"Which one of these {things} {trained} as {named}?",
            ],
            [f"Among these {things}, which {held_out} as {named}?"],
        )
        return Exercise(question, answer, wrong, f"{capitalized(answer)} {trained} as {named}.")

    return make


def _within(place: str) -> str:
    return f"in {place}"


odd_country = _odd_one_out("geoodd", _CONTINENT_OF_COUNTRY, "countries", _within)
odd_capital = _odd_one_out("capodd", _CONTINENT_OF_CAPITAL, "capital cities", _within)
odd_animal = _odd_one_out("natodd", FAMILIES, "animals", with_article)
odd_food = _odd_one_out("foododd", FOODS, "foods", with_article)
odd_element = _odd_one_out("elodd", KINDS, "elements", with_article)

_CONTINENT = ("is on the same continent", "lies on the same continent")
same_continent = _same_class("samecont", _CONTINENT_OF_COUNTRY, "countries", *_CONTINENT)
same_continent_capital = _same_class(
    "samecap", _CONTINENT_OF_CAPITAL, "capital cities", *_CONTINENT
)
same_language = _same_class(
    "samelang",
    LANGUAGES,
    "countries",
    "has the same main language",
    "shares the same main language",
)
same_family = _same_class(
    "samefam", FAMILIES, "animals", "belongs to the same family", "is part of the same family"
)
same_kind = _same_class(
    "samekind", KINDS, "elements", "belongs to the same group", "is part of the same group"
)
same_material = _same_class(
    "samemat", MATERIALS, "things", "is made of the same material", "has the same material"
)
same_food_kind = _same_class(
    "samefood", FOODS, "foods", "is of the same kind", "belongs to the same kind"
)
same_length = _same_class(
    "samelen",
    _LENGTHS,
    "words",
    "has the same number of letters",
    "is written with the same number of letters",
)
