"""The invented gazetteer: towns and people that exist nowhere, so nothing of it can be guessed."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from corpus.draw import by_rank
from corpus.settings import GAZETTEER_SEED, PERSON_COUNT, TOWN_COUNT
from tables.countries import COUNTRIES
from tables.gazetteer_words import FESTIVALS, INSTRUMENTS, PEOPLE_JOBS, PETS, TRADES

# How much more often the first towns and people are mentioned than the last ones.
FAME = 0.8

# More names are drawn than used, so that the knobs in `settings` do not change the names.
_TOWN_NAMES = 60000
_FULL_NAMES = 60000
_FIRST_FOUNDER = 20000  # full names from here on belong to founders, those before to people

_ONSETS = ("b br c ch d dr f fl g gl gr h j k kr l m n p pr r s sh sk st t th tr v w y z").split()
_VOWELS = "a e i o u ae ia ei oo".split()
_PLAIN_VOWELS = _VOWELS[:5]
_MIDDLES = "l r n m s t d v k rn ld nd st ll rr ss mb lv rk".split()
_TOWN_ENDS = (
    "ford wick holm ton mora dale gate burg stead minster vale haven fell brook crest mere ora una"
    " ista enna olo ava ide"
).split()
_RIVER_ENDS = "a e in ur ela ow is en".split()
_REGION_ENDS = "land mark ria nia shire".split()
_FIRST_NAME_ENDS = "a o is an el in us ia ek or".split()
_LAST_NAME_ENDS = "son berg mann ley er ski wood ik ard ell ov stein ett ano ura".split()


@dataclass(frozen=True)
class Town:
    """An invented town."""

    name: str
    region: str
    river: str
    founder: str
    year: int
    trade: str
    festival: str


@dataclass(frozen=True)
class Person:
    """An invented person."""

    name: str
    home: Town
    job: str
    year: int
    instrument: str
    pet: str


class _Inventor:
    """Builds names from syllables with a stream of its own.

    The fields of a row are drawn in the order in which the constructors' arguments stand.
    """

    def __init__(self) -> None:
        self._stream = random.Random(GAZETTEER_SEED)
        self._choice = self._stream.choice
        self._real = {name.lower() for row in COUNTRIES for name in row[:2]}

    def _names(self, count: int, build: Callable[[], str]) -> list[str]:
        """Different names that no country or capital has and that are not too long."""
        names, seen = [], set()
        while len(names) < count:
            name = build().capitalize()
            if name.lower() in seen or name.lower() in self._real or len(name) > 12:
                continue
            seen.add(name.lower())
            names.append(name)
        return names

    def _build(self, *parts: list[str] | str) -> Callable[[], str]:
        return lambda: "".join([self._choice(part) for part in parts])

    def _town_name(self) -> str:
        stem = self._choice(_ONSETS) + self._choice(_PLAIN_VOWELS) + self._choice(_MIDDLES)
        if self._stream.random() < 0.4:
            stem += self._choice(_PLAIN_VOWELS) + self._choice("lrnmsk")
        return stem + self._choice(_TOWN_ENDS)

    def _full_names(self) -> list[str]:
        first = self._names(200, self._build(_ONSETS, _PLAIN_VOWELS, "lrnmstdvk", _FIRST_NAME_ENDS))
        last = self._names(500, self._build(_ONSETS, _PLAIN_VOWELS, _MIDDLES, _LAST_NAME_ENDS))
        names: dict[str, None] = {}
        while len(names) < _FULL_NAMES:
            names[self._choice(first) + " " + self._choice(last)] = None
        return list(names)

    def invent(self) -> tuple[list[Town], list[Person], list[str]]:
        """Towns, people and regions."""
        town_names = self._names(_TOWN_NAMES, self._town_name)
        rivers = self._names(160, self._build(_ONSETS, _VOWELS, _MIDDLES, _RIVER_ENDS))
        regions = self._names(
            40, self._build(_ONSETS, _PLAIN_VOWELS, _MIDDLES, _PLAIN_VOWELS, _REGION_ENDS)
        )
        full_names = self._full_names()
        founders = full_names[_FIRST_FOUNDER:]
        choice, stream = self._choice, self._stream
        towns = [
            Town(
                name=name,
                region=choice(regions),
                river=choice(rivers),
                founder=founders[int(stream.random() * len(founders))],
                year=stream.randint(1100, 1899),
                trade=choice(TRADES),
                festival=choice(FESTIVALS),
            )
            for name in town_names
        ]
        people = [
            Person(
                name=name,
                home=towns[int(stream.random() * TOWN_COUNT)],
                job=choice(PEOPLE_JOBS),
                year=stream.randint(1700, 1999),
                instrument=choice(INSTRUMENTS),
                pet=choice(PETS),
            )
            for name in full_names[:_FIRST_FOUNDER]
        ]
        return towns[:TOWN_COUNT], people[:PERSON_COUNT], regions


TOWNS, PEOPLE, REGIONS = _Inventor().invent()
_TOWN_RANKS = by_rank(len(TOWNS), FAME)
_PERSON_RANKS = by_rank(len(PEOPLE), FAME)


def famous_town() -> Town:
    """One town, the famous ones more often."""
    return TOWNS[_TOWN_RANKS.index()]


def famous_person() -> Person:
    """One person, the famous ones more often."""
    return PEOPLE[_PERSON_RANKS.index()]
