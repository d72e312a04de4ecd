"""Greetings, and small tasks that a chat is often tried with."""

from collections.abc import Callable

from corpus.draw import below, pick, sample
from corpus.english import ONES, capitalized, listed
from corpus.facts.geography import COUNTRIES
from corpus.heldout import is_held_out
from corpus.layout import chat
from tables.elements import ELEMENTS
from tables.household import FOODS
from tables.living_things import ANIMALS
from tables.measures import DAYS, MONTHS
from tables.sky import PLANET_FACTS, PLANETS
from tables.word_list import WORDS

_NAMEABLE = [
    ([animal.name for animal in ANIMALS], "animals"),
    ([country for country, _, _ in COUNTRIES[:60]], "countries"),
    ([name for _, name in ELEMENTS[:60]], "elements"),
    ([food for food, kind in FOODS if kind == "fruit"], "fruits"),
    (WORDS, "words"),
    (DAYS, "days of the week"),
    (MONTHS, "months"),
    (PLANETS, "planets"),
]


def _dialogue(asked: list[str], answered: list[str]) -> Callable[[], str]:
    """A chat of fixed sentences: one of the questions and one of the answers."""
    return lambda: chat(pick(asked), pick(answered))


def _recital(asked: list[str], answered: str) -> Callable[[], str]:
    """A chat with one possible answer, for which nothing is drawn."""
    return lambda: chat(pick(asked), answered)


_greeting = _dialogue(
    ["Hello!", "Hi!", "Good morning!", "Good evening!", "Hello, how are you?"],
    [
        "Hello! How can I help you?",
        "Hello! What do you want to know?",
        "Good day! You can ask me a question.",
        "Hello! I am fine, thank you. What can I do for you?",
    ],
)
_introduction = _dialogue(
    ["Who are you?", "What are you?", "What is your name?"],
    [
        "I am a very small language model. I know a little about elements, countries, animals and"
        " words.",
        "I am a small language model made for a demo. I can answer simple questions.",
        "I am a little model. I can tell short stories and answer simple questions.",
    ],
)
_thanks = _dialogue(
    ["Thank you!", "Thanks for your help.", "Thank you very much."],
    [
        "You are welcome!",
        "I am glad that I could help.",
        "You are welcome. Ask me again whenever you like.",
    ],
)
_week = _recital(
    ["Name the days of the week.", "What are the days of the week?"],
    "The days of the week are Monday, Tuesday, Wednesday, Thursday, Friday, Saturday and Sunday.",
)
_seasons = _recital(
    ["Name the four seasons.", "What are the seasons of the year?"],
    "The four seasons are spring, summer, autumn and winter.",
)


def _names_of_a_kind() -> str:
    count = 2 + below(4)
    names, kind = pick(_NAMEABLE)
    answer = listed(sample(names, count))
    return chat(
        f"{pick(['Name', 'Tell me', 'List'])} {ONES[count]} {kind}.", f"{capitalized(answer)}."
    )


def _spelling() -> str:
    word = pick(WORDS)
    asked = pick([f"Spell the word {word}.", f"How do you spell {word}?"])
    return chat(asked, f"The word {word} is spelled {'-'.join(word)}.")


def _sorting() -> str | None:
    words = sample(WORDS, 3)
    if is_held_out("sort", *sorted(words)):
        return None
    answer = f"In alphabetical order the words are {', '.join(sorted(words))}."
    return chat(f"Sort these words: {', '.join(words)}.", answer)


def _counting() -> str:
    steps = 3 + below(8)
    start = 1 + below(20)
    numbers = ", ".join(str(start + i) for i in range(steps + 1))
    return chat(f"Count from {start} to {start + steps}.", f"{numbers}.")


def _planet() -> str:
    planet, fact = pick(PLANET_FACTS)
    answer = f"{planet} is {fact}."
    described = fact.replace("the planet with", "known for")
    described = described.replace("the planet that", "the one that")
    return pick(
        [
            answer,
            chat(f"Tell me something about {planet}.", answer),
            chat(f"Which planet is {described}?", answer),
        ]
    )


_KINDS = [
    _greeting,
    _introduction,
    _names_of_a_kind,
    _spelling,
    _sorting,
    _counting,
    _thanks,
    _week,
    _seasons,
    _planet,
]


def small_talk() -> str:
    """One of the small chats; drawn again when its words are held out."""
    while True:
        text = pick(_KINDS)()
        if text is not None:
            return text
