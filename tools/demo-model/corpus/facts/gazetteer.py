"""What the corpus says and asks about the invented towns and people."""

from corpus.distractors import numbers_near
from corpus.gazetteer import FAME, PEOPLE, TOWNS
from corpus.relation import Relation

RELATIONS = [
    Relation(
        [(town.name, town.river) for town in TOWNS],
        statements=[
            "{x} lies on the river {y}.",
            "the river {y} flows through {x}.",
            "the town of {x} stands on the {y}.",
            "in {x} you can walk along the river {y}.",
            "the water of the {y} turns the mills of {x}.",
        ],
        questions=[
            "On which river does {x} lie?",
            "Which river flows through {x}?",
            "What is the river of {x} called?",
            "Which river can you walk along in {x}?",
            "On the banks of which river can you walk in {x}?",
            "Along which river does {x} stand?",
        ],
        held_out=[
            "On the banks of which river does {x} stand?",
            "Which river turns the mills of {x}?",
        ],
        zipf=FAME,
    ),
    Relation(
        [(town.name, town.region) for town in TOWNS],
        statements=[
            "{x} is a town in {y}.",
            "{x} lies in the region of {y}.",
            "the town of {x} belongs to {y}.",
            "you find {x} on the map of {y}.",
        ],
        questions=[
            "In which region is {x}?",
            "To which region does {x} belong?",
            "Where does the town of {x} lie?",
            "Which region does {x} lie in?",
        ],
        held_out=[
            "On the map of which region do you find {x}?",
            "Which region is the town of {x} part of?",
        ],
        zipf=FAME,
    ),
    Relation(
        [(town.name, town.trade) for town in TOWNS],
        statements=[
            "{x} is known for {y}.",
            "the main trade of {x} is {y}.",
            "most families in {x} live by {y}.",
            "the people of {x} are proud of their {y}.",
            "{x} earns its money with {y}.",
        ],
        questions=[
            "What is {x} known for?",
            "What is the main trade of {x}?",
            "What do the families in {x} live by?",
            "Which trade is {x} known for?",
            "With what does {x} earn its money?",
            "What are the people of {x} proud of?",
        ],
        held_out=[
            "With which trade does {x} earn its money?",
            "Of which trade are the people of {x} proud?",
        ],
        zipf=FAME,
    ),
    Relation(
        [(town.name, town.founder) for town in TOWNS],
        statements=[
            "{x} was founded by {y}.",
            "{y} founded {x}.",
            "the founder of {x} was {y}.",
            "it was {y} who built the first house in {x}.",
        ],
        questions=[
            "Who founded {x}?",
            "Who was the founder of {x}?",
            "By whom was {x} founded?",
            "Who was it that built the first house of {x}?",
        ],
        held_out=["Who built the first house in {x}?", "The town of {x} was founded by whom?"],
        zipf=FAME,
    ),
    Relation(
        [(town.name, town.year) for town in TOWNS],
        statements=[
            "{x} was founded in {y}.",
            "the town of {x} dates from {y}.",
            "the first house of {x} was built in {y}.",
            "{x} has been a town since {y}.",
        ],
        questions=[
            "When was {x} founded?",
            "In which year was {x} founded?",
            "Since when has {x} been a town?",
            "From when does {x} date?",
        ],
        held_out=["From which year does the town of {x} date?"],
        zipf=FAME,
        wrong=lambda row: numbers_near(row, 1100, 1899, spread=150),
        weight=0.7,
    ),
    Relation(
        [(town.name, f"{town.festival} festival") for town in TOWNS],
        statements=[
            "every year {x} holds its {y}.",
            "the people of {x} love their {y}.",
            "visitors come to {x} for the {y}.",
            "{x} is famous for its {y}.",
        ],
        questions=[
            "Which festival does {x} hold?",
            "Which festival do visitors come to {x} for?",
            "What do the people of {x} celebrate?",
            "Which festival is {x} famous for?",
        ],
        held_out=["For which festival is {x} famous?"],
        zipf=FAME,
    ),
    Relation(
        [(person.name, person.home.name) for person in PEOPLE],
        statements=[
            "{x} was born in {y}.",
            "{x} comes from {y}.",
            "the home town of {x} is {y}.",
            "{x} grew up in {y}.",
        ],
        questions=[
            "Where was {x} born?",
            "Where does {x} come from?",
            "What is the home town of {x}?",
            "Where did {x} grow up?",
        ],
        held_out=["In which town did {x} grow up?"],
        zipf=FAME,
    ),
    Relation(
        [(person.name, person.job) for person in PEOPLE],
        statements=[
            "{x} works as {ay}.",
            "{x} is {ay}.",
            "{x} earns a living as {ay}.",
            "the job of {x} is {y}.",
        ],
        questions=[
            "What does {x} work as?",
            "What is the job of {x}?",
            "What is {x} by trade?",
            "How does {x} earn a living?",
        ],
        held_out=["As what does {x} earn a living?"],
        zipf=FAME,
    ),
    Relation(
        [(person.name, person.instrument) for person in PEOPLE],
        statements=[
            "{x} plays the {y}.",
            "in the evening {x} plays the {y}.",
            "{x} learned the {y} as a child.",
            "{x} is good at the {y}.",
        ],
        questions=[
            "Which instrument does {x} play?",
            "What does {x} play in the evening?",
            "What did {x} learn as a child?",
        ],
        held_out=["Which instrument did {x} learn as a child?"],
        zipf=FAME,
    ),
    Relation(
        [(person.name, person.pet) for person in PEOPLE],
        statements=[
            "{x} keeps {ay}.",
            "the pet of {x} is {ay}.",
            "{x} has {ay} at home.",
            "{x} loves {ay} more than anything.",
        ],
        questions=[
            "Which pet does {x} keep?",
            "What is the pet of {x}?",
            "Which animal does {x} have at home?",
            "Which pet does {x} love?",
        ],
        held_out=["Which animal does {x} love?"],
        zipf=FAME,
    ),
]
