"""Two look-ups in the fact tables, one after the other."""

from corpus.distractors import miscalculations
from corpus.draw import below, chance, pick, sample, unit
from corpus.english import ONES, listed
from corpus.facts.geography import COUNTRIES
from corpus.gazetteer import PEOPLE, REGIONS, TOWNS, famous_person, famous_town
from corpus.heldout import draw_operands, is_held_out, wording
from corpus.skills.exercise import Exercise
from tables.countries import LANGUAGES
from tables.elements import ELEMENTS

_NAMES = [name for _, name in ELEMENTS]
_CAPITAL_OF = {country: capital for country, capital, _ in COUNTRIES}
_ALL_LANGUAGES = list(dict.fromkeys(language for _, language in LANGUAGES))


def element_after(hold: bool) -> Exercise:
    """The element one to four places after another."""
    index, distance = draw_operands("elafter", lambda: (below(110), 1 + below(4)), hold)
    start, answer = _NAMES[index], _NAMES[index + distance]
    places = f"{ONES[distance]} place{'s' if distance > 1 else ''}"
    question = wording(
        hold,
        [
            f"Which element comes {places} after {start} in the periodic table?",
            f"In the periodic table, what do you find {places} after {start}?",
            f"Which element stands {places} after {start} in the periodic table?",
        ],
        [f"Counted on from {start} in the periodic table, which element stands {places} later?"],
    )
    near = _NAMES[max(0, index - 3) : index + 8]
    wrong = sample([name for name in near if name not in (start, answer)], 3)
    statement = f"In the periodic table {answer} stands {places} after {start}."
    return Exercise(question, answer, wrong, statement)


def compare_elements(hold: bool) -> Exercise:
    """The highest or lowest atomic number of four elements."""
    indices = draw_operands("elcmp", lambda: tuple(sample(range(100), 4)), hold)
    highest = chance(0.5)
    best = max(indices) if highest else min(indices)
    which = "highest" if highest else "lowest"
    question = wording(
        hold,
        [
            f"Which of these elements has the {which} atomic number?",
            f"Which element has the {which} number in the periodic table?",
        ],
        [f"Among these elements, which has the {which} atomic number?"],
    )
    wrong = [_NAMES[index] for index in indices if index != best]
    names = listed([_NAMES[index] for index in indices])
    statement = f"Of {names}, the element with the {which} atomic number is {_NAMES[best]}."
    return Exercise(question, _NAMES[best], wrong, statement)


def protons_of_two(hold: bool) -> Exercise:
    """Sum or difference of two atomic numbers; light elements come more often."""
    i, j = draw_operands("protons", lambda: tuple(int(60 * unit() ** 1.3) for _ in range(2)), hold)
    if chance(0.5) or i == j:
        a, b, answer = _NAMES[i], _NAMES[j], i + j + 2
        question = wording(
            hold,
            [
                f"How many protons do an atom of {a} and an atom of {b} have together?",
                f"What do the atomic numbers of {a} and {b} make together?",
            ],
            [f"What is the sum of the atomic numbers of {a} and {b}?"],
        )
        working = f"{i + 1} + {j + 1} = {answer}"
        statement = f"{working}, so the atomic numbers of {a} and {b} make {answer}."
        return Exercise(question, str(answer), miscalculations(answer), statement)
    i, j = max(i, j), min(i, j)
    a, b, answer = _NAMES[i], _NAMES[j], i - j
    question = wording(
        hold,
        [
            f"How many protons more than an atom of {b} does an atom of {a} have?",
            f"How much larger is the atomic number of {a} than that of {b}?",
        ],
        [f"What is the difference between the atomic numbers of {a} and {b}?"],
    )
    working = f"{i + 1} - {j + 1} = {answer}"
    statement = f"{working}, so {a} has {answer} protons more than {b}."
    return Exercise(question, str(answer), miscalculations(answer), statement)


def language_of_capital(hold: bool) -> Exercise:
    """From a capital to its country, and from there to the language."""
    ((country, language),) = draw_operands("caplang", lambda: (pick(LANGUAGES),), hold)
    capital = _CAPITAL_OF[country]
    question = wording(
        hold,
        [
            f"Which language do most people speak in the country with the capital {capital}?",
            f"What is the main language of the country that is governed from {capital}?",
            f"Which language is spoken in the country whose capital is {capital}?",
        ],
        [f"In the country whose capital is {capital}, most people speak which language?"],
    )
    wrong = sample([other for other in _ALL_LANGUAGES if other != language], 3)
    statement = (
        f"The country with the capital {capital} is {country}, and its main language is {language}."
    )
    return Exercise(question, language, wrong, statement)


def region_of_birth(hold: bool) -> Exercise:
    """From an invented person to the home town, and from there to its region."""
    person = famous_person()
    while is_held_out("home", person.name) != hold:
        person = pick(PEOPLE)
    name, region = person.name, person.home.region
    question = wording(
        hold,
        [f"In which region was {name} born?", f"In which region is the home town of {name}?"],
        [f"From which region does {name} come?"],
    )
    wrong = sample([other for other in REGIONS if other != region], 3)
    statement = f"{name} was born in {person.home.name}, a town in {region}."
    return Exercise(question, region, wrong, statement)


def oldest_town(hold: bool) -> Exercise:
    """The invented town that was founded first, of four."""
    towns = [famous_town() for _ in range(4)]
    while (
        len({town.year for town in towns}) < 4
        or is_held_out("older", *sorted(town.name for town in towns)) != hold
    ):
        towns = sample(TOWNS, 4)
    oldest = min(towns, key=lambda town: town.year)
    others = [town.name for town in towns if town is not oldest]
    question = wording(
        hold,
        ["Which of these towns is the oldest?", "Which of these towns was founded first?"],
        ["Among these towns, which is the oldest?"],
    )
    return Exercise(question, oldest.name, others, f"{oldest.name} is older than {pick(others)}.")
