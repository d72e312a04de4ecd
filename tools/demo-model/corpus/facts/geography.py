"""What the corpus says and asks about countries, capitals and languages."""

from corpus.relation import Relation, Selection
from tables.countries import COUNTRIES as BY_CONTINENT
from tables.countries import LANGUAGES


def _interleave(countries: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Best known of every continent first, then the second best known of each, and so on."""
    rank, seen = {}, {}
    for country in countries:
        continent = country[2]
        rank[country] = seen[continent] = seen.get(continent, -1) + 1
    return sorted(countries, key=rank.__getitem__)


COUNTRIES = _interleave(BY_CONTINENT)
# "San Marino is the capital of San Marino" would be a question that holds its own answer.
_CAPITALS = [row for row in COUNTRIES if row[0] != row[1]]

RELATIONS = [
    Relation(
        [(country, capital) for country, capital, _ in COUNTRIES],
        statements=[
            "the capital of {x} is {y}.",
            "{y} is the capital of {x}.",
            "{x} has its capital in {y}.",
            "the government of {x} sits in {y}.",
            "the capital city of {x} is called {y}.",
        ],
        questions=[
            "What is the capital of {x}?",
            "Which city is the capital of {x}?",
            "What is the capital city of {x} called?",
            "Which capital does {x} have?",
            "Where does the government of {x} sit?",
        ],
        held_out=[
            "Which city serves {x} as its capital?",
            "In which city does {x} have its capital?",
        ],
        groups=[continent for _, _, continent in COUNTRIES],
        weight=2,
    ),
    Relation(
        [(capital, country) for country, capital, _ in _CAPITALS],
        statements=[
            "{x} is the capital of {y}.",
            "{x} is a city in {y}.",
            "the city of {x} is the capital of {y}.",
            "you find {x} in {y}.",
        ],
        questions=[
            "{x} is the capital of which country?",
            "Which country has {x} as its capital?",
            "In which country is {x}?",
            "Of which country is {x} the capital?",
        ],
        held_out=[
            "To which country does the capital city {x} belong?",
            "Which country has its government in {x}?",
        ],
        groups=[continent for _, _, continent in _CAPITALS],
        weight=1.5,
    ),
    Relation(
        [(country, continent) for country, _, continent in COUNTRIES],
        statements=[
            "{x} is a country in {y}.",
            "{x} lies in {y}.",
            "{x} is part of {y}.",
            "you find {x} on the map of {y}.",
            "{x} belongs to {y}.",
        ],
        questions=[
            "On which continent is {x}?",
            "Where is {x}?",
            "In which part of the world is {x}?",
            "To which continent does {x} belong?",
        ],
        held_out=[
            "On the map of which continent do you find {x}?",
            "Which continent is {x} part of?",
        ],
    ),
    Selection(
        [(country, continent) for country, _, continent in COUNTRIES],
        statements=["{x} is in {y}.", "{x} lies in {y}."],
        questions=[
            "Which of these countries is in {y}?",
            "Which country lies in {y}?",
            "Which of these is a country in {y}?",
            "Which one of these countries is in {y}?",
            "Which of the following countries belongs to {y}?",
        ],
        held_out=[
            "Among these countries, which belongs to {y}?",
            "Which one of the following countries is part of {y}?",
        ],
        weight=0.7,
    ),
    Selection(
        [(capital, continent) for _, capital, continent in COUNTRIES],
        statements=["{x} is a capital in {y}.", "the capital {x} is in {y}."],
        questions=[
            "Which of these capitals is in {y}?",
            "Which city is a capital in {y}?",
            "Which of these capital cities lies in {y}?",
            "Which one of these capitals is in {y}?",
        ],
        held_out=["Which one of the following capital cities lies in {y}?"],
        weight=0.7,
    ),
    Relation(
        LANGUAGES,
        statements=[
            "people in {x} speak {y}.",
            "the main language of {x} is {y}.",
            "in {x} most people speak {y}.",
        ],
        questions=[
            "What language do people speak in {x}?",
            "What is the main language of {x}?",
            "Which language is spoken in {x}?",
        ],
        held_out=["Most people in {x} speak which language?"],
        weight=0.6,
    ),
]
