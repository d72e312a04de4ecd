"""What the corpus says and asks about words, their forms and their letters."""

from corpus.distractors import numbers_near
from corpus.draw import chance, pick
from corpus.relation import Relation, Row
from tables.language import COMPARATIVES, OPPOSITES, PASTS, PLURALS, SYNONYMS
from tables.word_list import WORDS

ALL_PLURALS = list(dict.fromkeys(plural for _, plural in PLURALS))


def _wrong_plurals(row: Row) -> list[str]:
    """Mostly wrong forms of the same word, otherwise plurals of other words."""
    if not chance(0.6):
        others = [plural for plural in ALL_PLURALS if plural != row.y]
        return [pick(others) for _ in range(3)]
    while not chance(0.6):  # of an early version; kept, as in `draw.forget`
        pass
    word = row.x
    forms = [word + "s", word + "es", word + "en", word[:-1] + "ves", word[:-1] + "ies", word]
    return [form for form in dict.fromkeys(forms) if form != row.y][:3]


RELATIONS = [
    Relation(
        OPPOSITES + [(right, left) for left, right in OPPOSITES],
        statements=[
            "the opposite of {x} is {y}.",
            "{y} is the opposite of {x}.",
            "{x} means the opposite of {y}.",
            "the words {x} and {y} are opposites.",
        ],
        questions=[
            "What is the opposite of {x}?",
            "Which word is the opposite of {x}?",
            "Which word means the opposite of {x}?",
        ],
        held_out=["Which word and {x} are opposites?", "The opposite of {x} is which word?"],
        weight=1.3,
    ),
    Relation(
        PLURALS,
        statements=[
            "the plural of {x} is {y}.",
            "one {x}, two {y}.",
            "more than one {x} are {y}.",
            "when there are many, {x} becomes {y}.",
        ],
        questions=[
            "What is the plural of {x}?",
            "Which word is the plural of {x}?",
            "There is one {x}, and then there are two of them: which word is right?",
        ],
        held_out=[
            "Which word means more than one {x}?",
            "How do you write {x} when there are many?",
        ],
        wrong=_wrong_plurals,
    ),
    Relation(
        PASTS,
        statements=[
            "the past tense of {x} is {y}.",
            "today I {x}, yesterday I {y}.",
            "they {x} now, and they {y} last week.",
            "we write {y} for {x} in the past.",
        ],
        questions=[
            "What is the past tense of {x}?",
            "Which word is the past of {x}?",
            "Today they {x}: what did they do yesterday?",
        ],
        held_out=[
            "How do we write {x} in the past?",
            "Which word is right for yesterday when today it is {x}?",
        ],
        weight=1.2,
    ),
    Relation(
        [(plain, comparative) for plain, comparative, _ in COMPARATIVES],
        statements=[
            "the comparative of {x} is {y}.",
            "{x} becomes {y} when two things are compared.",
            "this one is {x}, but that one is {y}.",
        ],
        questions=[
            "What is the comparative of {x}?",
            "Which word compares two things that are {x}?",
            "What does {x} become when we compare two things?",
        ],
        held_out=["What does {x} become when two things are compared?"],
        weight=0.5,
    ),
    Relation(
        [(plain, superlative) for plain, _, superlative in COMPARATIVES],
        statements=[
            "the superlative of {x} is {y}.",
            "all of them are {x}, but one is the {y}.",
            "the word {y} comes from {x}.",
        ],
        questions=["What is the superlative of {x}?", "All are {x}, but one is the what?"],
        held_out=["Which superlative comes from {x}?"],
        weight=0.5,
    ),
    Relation(
        SYNONYMS,
        statements=[
            "{x} means nearly the same as {y}.",
            "another word for {x} is {y}.",
            "instead of {x} you can say {y}.",
        ],
        questions=[
            "What is another word for {x}?",
            "Which word means nearly the same as {x}?",
            "What can you say instead of {x}?",
        ],
        held_out=["Which word can you say instead of {x}?"],
        weight=0.6,
    ),
    Relation(
        [(word, word[0]) for word in WORDS],
        statements=[
            "the word {x} begins with the letter {y}.",
            "the first letter of {x} is {y}.",
            "{x} starts with {y}.",
        ],
        questions=[
            "What is the first letter of the word {x}?",
            "Which letter does the word {x} begin with?",
            "Which letter does {x} start with?",
        ],
        held_out=["With which letter does {x} start?"],
        weight=0.4,
    ),
    Relation(
        [(word, word[-1]) for word in WORDS],
        statements=[
            "the word {x} ends with the letter {y}.",
            "the last letter of {x} is {y}.",
            "{x} ends in {y}.",
        ],
        questions=[
            "What is the last letter of the word {x}?",
            "Which letter does the word {x} end with?",
            "Which letter does {x} end in?",
        ],
        held_out=["In which letter does {x} end?"],
        weight=0.6,
    ),
    Relation(
        [(word, len(word)) for word in WORDS],
        statements=[
            "the word {x} has {y} letters.",
            "there are {y} letters in {x}.",
            "{x} is written with {y} letters.",
        ],
        questions=[
            "How many letters does the word {x} have?",
            "How many letters are in {x}?",
            "How many letters do we need for writing {x}?",
        ],
        held_out=["With how many letters is {x} written?"],
        wrong=lambda row: numbers_near(row, 2, 12, spread=3),
        weight=0.8,
    ),
]
