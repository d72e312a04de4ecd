"""What the corpus says and asks about animals, planets and plants."""

from corpus.relation import Relation, Selection
from tables.living_things import ANIMALS, PLANTS, SOUNDS
from tables.sky import ORDINALS, PLANET_FACTS, PLANETS

FAMILIES = [(animal.name, animal.family) for animal in ANIMALS]
HABITATS = [(animal.name, animal.habitat) for animal in ANIMALS]

RELATIONS = [
    Relation(
        FAMILIES,
        statements=[
            "{ax} is {ay}.",
            "the {x} belongs to the {y} family.",
            "the {x} is {ay}.",
            "every {x} is {ay}.",
        ],
        questions=[
            "What kind of animal is {ax}?",
            "What kind of animal is the {x}?",
            "To which family does the {x} belong?",
        ],
        held_out=[
            "To which group of animals does the {x} belong?",
            "What kind of creature is {ax}?",
        ],
    ),
    Relation(
        [(animal.name, animal.young) for animal in ANIMALS],
        statements=[
            "a young {x} is called {ay}.",
            "the young of the {x} is {ay}.",
            "{ay} is a young {x}.",
            "a baby {x} is called {ay}.",
        ],
        questions=[
            "What is a young {x} called?",
            "What do we call a baby {x}?",
            "What is the young of the {x} called?",
        ],
        held_out=["Which word names a young {x}?", "What is the name for a baby {x}?"],
    ),
    Relation(
        HABITATS,
        statements=[
            "{ax} often lives in {y}.",
            "you can find the {x} in {y}.",
            "the home of the {x} is in {y}.",
            "the {x} lives in {y}.",
        ],
        questions=[
            "Where does the {x} live?",
            "Where can you find {ax}?",
            "Where is the home of the {x}?",
        ],
        held_out=["In which place does {ax} often live?", "Which place is home to the {x}?"],
    ),
    Relation(
        [(animal.name, animal.cover) for animal in ANIMALS],
        statements=[
            "the body of the {x} is covered with {y}.",
            "the {x} is covered with {y}.",
            "{ax} has {y} on its body.",
        ],
        questions=[
            "What covers the body of the {x}?",
            "What is the {x} covered with?",
            "What does {ax} have on its body?",
        ],
        held_out=["With what is the body of {ax} covered?"],
    ),
    Relation(
        [(animal.name, animal.legs) for animal in ANIMALS],
        statements=["the {x} has {y} legs.", "{ax} has {y} legs."],
        questions=[
            "How many legs does {ax} have?",
            "How many legs does the {x} have?",
            "On how many legs does the {x} move?",
        ],
        held_out=["What is the number of legs of {ax}?"],
        weight=0.7,
    ),
    Relation(
        [(animal.name, animal.food) for animal in ANIMALS],
        statements=[
            "the {x} eats {y}.",
            "{ax} likes to eat {y}.",
            "the food of the {x} is {y}.",
            "{ax} feeds on {y}.",
        ],
        questions=[
            "What does the {x} eat?",
            "What does {ax} like to eat?",
            "What is the food of the {x}?",
        ],
        held_out=["On which food does the {x} feed?", "Which food does {ax} eat?"],
    ),
    Selection(
        FAMILIES,
        statements=["the {x} is {ay}.", "{ax} is {ay}."],
        questions=[
            "Which of these animals is {ay}?",
            "Which animal is {ay}?",
            "Which of these is {ay}?",
            "Which one of these animals is {ay}?",
            "Which of the following animals is {ay}?",
        ],
        held_out=[
            "Among these animals, which is {ay}?",
            "Which one of the following creatures is {ay}?",
        ],
    ),
    Selection(
        HABITATS,
        statements=["the {x} lives in {y}.", "{ax} lives in {y}."],
        questions=[
            "Which of these animals lives in {y}?",
            "Which animal lives in {y}?",
            "Which of these animals can you find in {y}?",
        ],
        held_out=["Among these animals, which can you find in {y}?"],
    ),
    Relation(
        SOUNDS,
        statements=[
            "the {x} {y}.",
            "{ax} {y}.",
            "when you hear that something {y}, it may be {ax}.",
        ],
        questions=[
            "What does the {x} do when it makes a sound?",
            "Which sound word goes with the {x}?",
        ],
        held_out=["Which word tells how {ax} sounds?"],
        weight=0.4,
    ),
    Relation(
        list(zip(PLANETS, ORDINALS)),
        statements=[
            "{x} is the {y} planet from the sun.",
            "counted from the sun, {x} is the {y} planet.",
        ],
        questions=[
            "Which place does {x} have, counted from the sun?",
            "In the row of planets from the sun, which place has {x}?",
        ],
        held_out=["Counted from the sun, in which place is {x}?"],
        weight=0.3,
    ),
    Relation(
        [
            *zip(ORDINALS, PLANETS),
            *((fact.replace("the ", ""), planet) for planet, fact in PLANET_FACTS),
        ],
        statements=["{y} answers to the words: {x}.", "when people say {x}, they speak of {y}."],
        questions=["Which planet do the words fit: {x}?", "Which planet is meant by {x}?"],
        held_out=["Which planet do people call {x}?"],
        weight=0.15,
    ),
    Relation(
        PLANTS,
        statements=[
            "{x} is a kind of {y}.",
            "the plant called {x} is a {y}.",
            "{x} belongs to the plants we call {y}.",
        ],
        questions=["What kind of plant is {x}?", "Which kind of plant is {x}?"],
        held_out=["To which kind of plants does {x} belong?"],
        weight=0.5,
    ),
]
