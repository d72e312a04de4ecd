"""Descriptions of one thing. Each gives the name by which one asks for it, and the text.

A first sentence names the thing; the others follow in a drawn order.
"""

from corpus.draw import below, by_rank, pick, shuffle
from corpus.english import capitalized, plural, with_article
from corpus.facts.geography import COUNTRIES
from corpus.gazetteer import famous_person, famous_town
from tables.countries import LANGUAGES
from tables.elements import ELEMENTS, GASES, KIND_OF_SYMBOL, LIQUIDS, USE_OF_ELEMENT
from tables.living_things import ANIMALS

Description = tuple[str, str]

_ELEMENT_RANKS = by_rank(len(ELEMENTS), 0.5)
_COUNTRY_RANKS = by_rank(len(COUNTRIES), 0.5)
_LANGUAGE_OF = dict(LANGUAGES)
_LAST_KNOWN_STATE = 100  # heavier elements were never seen in amounts that have a state


def _text(first: str, others: list[str], most: int | None = None) -> str:
    return " ".join([first, *others[:most]])


def element() -> Description:
    """A chemical element."""
    index = _ELEMENT_RANKS.index()
    symbol, name = ELEMENTS[index]
    number, kind = index + 1, KIND_OF_SYMBOL.get(symbol)
    first = pick(
        [
            f"{capitalized(name)} is a chemical element with the symbol {symbol}.",
            f"The element {name} has the symbol {symbol}.",
            f"Chemists write {name} as {symbol}.",
        ]
    )
    others = [
        pick(
            [
                f"Its atomic number is {number}.",
                f"It has atomic number {number}.",
                f"Each of its atoms has {number} protons.",
            ]
        )
    ]
    if kind:
        others.append(
            pick(
                [f"It is {with_article(kind)}.", f"It belongs to the group of the {plural(kind)}."]
            )
        )
    if index < _LAST_KNOWN_STATE:
        state = "a gas" if symbol in GASES else "a liquid" if symbol in LIQUIDS else "a solid"
        others.append(
            pick([f"At room temperature it is {state}.", f"In a warm room it is {state}."])
        )
    if name in USE_OF_ELEMENT:
        others.append(f"People use it for {USE_OF_ELEMENT[name]}.")
    if 0 < index < len(ELEMENTS) - 1:
        others.append(
            pick(
                [
                    f"It comes after {ELEMENTS[index - 1][1]} in the periodic table.",
                    f"The next element is {ELEMENTS[index + 1][1]}.",
                ]
            )
        )
    shuffle(others)
    return name, _text(first, others)


def country() -> Description:
    """A country, with a second one of its continent."""
    name, capital, continent = COUNTRIES[_COUNTRY_RANKS.index()]
    first = pick(
        [
            f"{capitalized(name)} is a country in {continent}.",
            f"{capitalized(name)} lies in {continent}.",
            f"On the map of {continent} you find {name}.",
        ]
    )
    others = [
        pick(
            [
                f"Its capital is {capital}.",
                f"The capital is called {capital}.",
                f"The government sits in {capital}.",
                f"{capital} is its capital.",
            ]
        )
    ]
    if name in _LANGUAGE_OF:
        others.append(f"Most people there speak {_LANGUAGE_OF[name]}.")
    neighbours = [row for row in COUNTRIES[:80] if row[2] == continent and row[0] != name]
    other, other_capital, place = pick(neighbours or [COUNTRIES[0]])
    others.append(
        pick(
            [
                f"{capitalized(other)} is part of {place} too.",
                f"Another country in {place} is {other}, with the capital {other_capital}.",
            ]
        )
    )
    shuffle(others)
    return name, _text(first, others)


def animal() -> Description:
    """An animal."""
    it = pick(ANIMALS)
    family, young = with_article(it.family), with_article(it.young)
    first = pick(
        [f"{capitalized(with_article(it.name))} is {family}.", f"The {it.name} is {family}."]
    )
    legs = "It has no legs at all, that is, 0 legs."
    if it.legs != "0":
        legs = pick([f"It has {it.legs} legs.", f"It moves on {it.legs} legs."])
    others = [
        legs,
        pick([f"Its body is covered with {it.cover}.", f"It is covered with {it.cover}."]),
        pick([f"It lives in {it.habitat}.", f"You can find it in {it.habitat}."]),
        pick([f"It eats {it.food}.", f"It feeds on {it.food}."]),
        pick([f"A young one is called {young}.", f"Its young is called {young}."]),
    ]
    shuffle(others)
    return f"the {it.name}", _text(first, others, 2 + below(4))


def town() -> Description:
    """A town of the gazetteer."""
    it = famous_town()
    first = pick(
        [
            f"{it.name} is a town in {it.region}.",
            f"The town of {it.name} lies in {it.region}.",
            f"In the region of {it.region} lies the town of {it.name}.",
        ]
    )
    others = [
        pick(
            [
                f"It lies on the river {it.river}.",
                f"The river {it.river} flows through it.",
                f"It stands on the banks of the {it.river}.",
                f"The {it.river} turns its mills.",
            ]
        ),
        pick(
            [
                f"It was founded by {it.founder} in {it.year}.",
                f"{it.founder} founded it in {it.year}.",
                f"In {it.year} {it.founder} built the first house there.",
                f"It dates from {it.year}, and its founder was {it.founder}.",
            ]
        ),
        pick(
            [
                f"It is known for {it.trade}.",
                f"Most families there live by {it.trade}.",
                f"Its main trade is {it.trade}.",
                f"The people are proud of their {it.trade}.",
            ]
        ),
        pick(
            [
                f"Every year it holds a {it.festival} festival.",
                f"Visitors come for the {it.festival} festival.",
                f"It is famous for its {it.festival} festival.",
            ]
        ),
    ]
    shuffle(others)
    return it.name, _text(first, others, 2 + below(3))


def person() -> Description:
    """A person of the gazetteer."""
    it = famous_person()
    name, home, job, pet = it.name, it.home.name, with_article(it.job), with_article(it.pet)
    first = pick(
        [
            f"{name} is {job} from {home}.",
            f"{name} comes from {home} and works as {job}.",
            f"{name}, {job}, was born in {home} in {it.year}.",
        ]
    )
    others = [
        pick(
            [
                f"This {it.job} plays the {it.instrument}.",
                f"In the evening {name} plays the {it.instrument}.",
                f"As a child {name} learned the {it.instrument}.",
            ]
        ),
        pick(
            [
                f"{name} keeps {pet}.",
                f"At home there is {pet}.",
                f"The pet of {name} is {pet}.",
            ]
        ),
        f"The year of birth is {it.year}.",
    ]
    shuffle(others)
    return name, _text(first, others, 2 + below(2))
