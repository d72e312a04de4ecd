"""Who and what a story is about."""

from typing import NamedTuple

from corpus.draw import chance, pick, sample
from corpus.english import capitalized, with_article
from tables.people import BOYS, GIRLS

COLOURS = "red blue green yellow brown white black grey".split()
_LOOKS = "small old new shiny wooden soft heavy pretty strange lovely".split()
_PLACES = (
    "forest garden market lake river village school farm harbour hill meadow library kitchen park"
    " bridge mill beach station"
).split()
_THINGS = (
    "key kite basket lantern book ring ball hat coat drum map boat bell clock box letter whistle"
    " umbrella cup scarf blanket flute"
).split()
_PETS = "dog cat rabbit duck goat horse parrot hen mouse turtle fox owl".split()
_TIMES = [
    "One morning",
    "One day",
    "One evening",
    "On a cold winter day",
    "On a warm summer day",
    "Early in spring",
    "Late in autumn",
    "Last week",
    "On a rainy afternoon",
    "After school",
    "Before breakfast",
]
_FEELINGS = [
    ("happy", "smiled"),
    ("sad", "cried a little"),
    ("tired", "sat down on a bench"),
    ("proud", "stood up very straight"),
    ("afraid", "held still"),
    ("surprised", "opened wide eyes"),
    ("angry", "walked away"),
]
_WEATHER = [
    ("it began to rain", "got wet"),
    ("the wind became strong", "held on to a tree"),
    ("the sun came out", "felt warm again"),
    ("it grew dark", "lit a lamp"),
    ("snow began to fall", "put on a coat"),
    ("fog came up from the water", "walked slowly"),
]


class Scene(NamedTuple):
    """What is drawn once for a story. `feeling` and `weather` come with what the hero then does."""

    hero: str
    is_girl: bool
    friend: str
    friend_is_girl: bool
    thing: str
    look: str
    place: str
    other_place: str
    pet: str
    feeling: tuple[str, str]
    weather: tuple[str, str]
    when: str

    @property
    def he(self) -> str:
        """The hero as a subject."""
        return "she" if self.is_girl else "he"

    @property
    def he_capital(self) -> str:
        """The hero at the beginning of a sentence."""
        return capitalized(self.he)

    @property
    def him(self) -> str:
        """The hero as an object."""
        return "her" if self.is_girl else "him"

    @property
    def his(self) -> str:
        """What belongs to the hero."""
        return "her" if self.is_girl else "his"

    @property
    def friend_he(self) -> str:
        """The friend as a subject."""
        return "she" if self.friend_is_girl else "he"

    @property
    def friend_him(self) -> str:
        """The friend as an object."""
        return "her" if self.friend_is_girl else "him"

    @property
    def a_thing(self) -> str:
        """The thing with its look, as in "an old key"."""
        return with_article(f"{self.look} {self.thing}")


def draw_scene() -> Scene:
    """Draws a scene; the order of the draws is part of the data."""
    is_girl = chance(0.5)
    hero = pick(GIRLS if is_girl else BOYS)
    friend = pick([name for name in GIRLS + BOYS if name != hero])
    thing = pick(_THINGS)
    look = pick(COLOURS) if chance(0.6) else pick(_LOOKS)
    place, other_place = sample(_PLACES, 2)
    return Scene(
        hero=hero,
        is_girl=is_girl,
        friend=friend,
        friend_is_girl=friend in GIRLS,
        thing=thing,
        look=look,
        place=place,
        other_place=other_place,
        pet=pick(_PETS),
        feeling=pick(_FEELINGS),
        weather=pick(_WEATHER),
        when=pick(_TIMES),
    )
