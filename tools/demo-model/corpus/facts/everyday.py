"""What the corpus says and asks about tools, jobs, food, materials, the body and rooms."""

from corpus.distractors import numbers_near
from corpus.relation import Relation, Selection
from tables.household import COLOURS, FOODS, MATERIALS, ROOMS, SIDES_OF_SHAPE, TOOLS
from tables.people import BODY_PARTS, JOBS

RELATIONS = [
    Relation(
        TOOLS,
        statements=[
            "{ax} is used to {y}.",
            "people use {ax} to {y}.",
            "you need {ax} to {y}.",
            "with {ax} you can {y}.",
        ],
        questions=[
            "What is {ax} used for: to do what?",
            "What can you do with {ax}?",
            "What do people do with {ax}?",
        ],
        held_out=["For which work do you need {ax}?", "To do which of these do people use {ax}?"],
    ),
    Relation(
        [(purpose, tool) for tool, purpose in TOOLS],
        statements=[
            "to {x}, people use {ay}.",
            "if you want to {x}, take {ay}.",
            "you need {ay} to {x}.",
        ],
        questions=[
            "What do you need to {x}?",
            "What do people use to {x}?",
            "Which thing should you take if you want to {x}?",
        ],
        held_out=["Which of these things helps you to {x}?", "With which thing can you {x}?"],
    ),
    Relation(
        [(job, work) for job, work, _ in JOBS],
        statements=[
            "{ax} {y}.",
            "the work of {ax} is this: {ax} {y}.",
            "{ax} is a person who {y}.",
        ],
        questions=["What does {ax} do?", "What is the work of {ax}?"],
        held_out=["Which of these tells what {ax} does at work?"],
    ),
    Relation(
        [(work, job) for job, work, _ in JOBS],
        statements=[
            "a person who {x} is {ay}.",
            "someone who {x} is called {ay}.",
            "{ay} is someone who {x}.",
        ],
        questions=["Who {x}?", "What do we call a person who {x}?"],
        held_out=["Which job has someone who {x}?", "What is the name for a person who {x}?"],
    ),
    Relation(
        [(job, place) for job, _, place in JOBS],
        statements=[
            "you can meet {ax} at this place: the {y}.",
            "the place of work of {ax} is the {y}.",
            "{ax} works in or at the {y}.",
        ],
        questions=["What is the place of work of {ax}?", "Where does {ax} work?"],
        held_out=["At which place can you meet {ax} at work?"],
    ),
    Relation(
        FOODS,
        statements=[
            "{x} is a kind of food: {y}.",
            "{x} counts as {y}.",
            "among foods, {x} is called {y}.",
        ],
        questions=["What kind of food is {x}?", "Which kind of food is {x}?"],
        held_out=["As which kind of food does {x} count?"],
    ),
    Selection(
        FOODS,
        statements=["{x} is {ay}."],
        questions=[
            "Which of these is {ay}?",
            "Which of these foods is {ay}?",
            "Which one of these foods is {ay}?",
            "Which of the following foods counts as {y}?",
        ],
        held_out=["Among these foods, which counts as {y}?"],
    ),
    Relation(
        MATERIALS,
        statements=[
            "{ax} is made of {y}.",
            "people make {ax} from {y}.",
            "{y} is the material of {ax}.",
        ],
        questions=["What is {ax} made of?", "Which material is {ax} made of?"],
        held_out=["From which material do people make {ax}?"],
    ),
    Relation(
        BODY_PARTS,
        statements=[
            "what the {x} of a person does: {y}.",
            "the task of the {x} in the body is this: {y}.",
        ],
        questions=["What is the task of the {x} in the body?", "What does the {x} of a person do?"],
        held_out=["Which task in the body belongs to the {x}?"],
        weight=0.7,
    ),
    Relation(
        [(task, part) for part, task in BODY_PARTS],
        statements=[
            "the part of the body that does this, {x}, is the {y}.",
            "this is what the {y} does: {x}.",
        ],
        questions=[
            "Which part of the body does this: {x}?",
            "Which part of the body has this task: {x}?",
        ],
        held_out=["This task belongs to which part of the body: {x}?"],
        weight=0.7,
    ),
    Relation(
        COLOURS,
        statements=["{x} is {y}.", "the colour of {x} is {y}.", "everyone knows that {x} is {y}."],
        questions=["What colour is {x}?", "What is the colour of {x}?"],
        held_out=["Which colour does {x} have?"],
        weight=0.6,
    ),
    Relation(
        SIDES_OF_SHAPE,
        statements=[
            "{ax} has {y} sides.",
            "a shape called {x} has {y} sides.",
            "the number of sides of {ax} is {y}.",
        ],
        questions=["How many sides does {ax} have?", "How many sides are there on {ax}?"],
        held_out=["What is the number of sides of {ax}?"],
        wrong=lambda row: numbers_near(row, 3, 12, spread=3),
        weight=0.3,
    ),
    Relation(
        ROOMS,
        statements=[
            "the {x} belongs in the {y}.",
            "you find the {x} in the {y}.",
            "the right place for the {x} is the {y}.",
        ],
        questions=["Where does the {x} belong?", "In which room do you find the {x}?"],
        held_out=["Which room is the right place for the {x}?"],
        weight=0.7,
    ),
]
