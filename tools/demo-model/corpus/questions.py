"""The question sets that the product measures with. No item is chosen by its result.

They are made before any training, from operands and wordings that training never sees.
"""

from corpus import draw
from corpus.draw import pick
from corpus.layout import multiple_choice, shuffled_choices
from corpus.question_file import Question
from corpus.relation import Item, Relation, Selection
from corpus.settings import (
    EARLY_QUESTIONS_OF_SUBJECT,
    EARLY_QUESTIONS_SEED,
    QUESTIONS_OF_SUBJECT,
    QUESTIONS_SEED,
    TRAINING_QUESTIONS_OF_SUBJECT,
    TRAINING_QUESTIONS_SEED,
)
from corpus.skills import SKILLS
from corpus.subjects import RELATIONS, takes_skill


def shipped_set() -> list[Question]:
    """The 5000 items of demo.csv."""
    return _draw_set(QUESTIONS_OF_SUBJECT, QUESTIONS_SEED)


def training_set() -> list[Question]:
    """The 480 items that the training run was watched with."""
    return _draw_set(TRAINING_QUESTIONS_OF_SUBJECT, TRAINING_QUESTIONS_SEED)


def early_set() -> list[Question]:
    """The 1600 items that the model was first measured with."""
    return _draw_set(EARLY_QUESTIONS_OF_SUBJECT, EARLY_QUESTIONS_SEED)


def held_out_strings() -> set[str]:
    """Every question of the three sets, alone and with its choices."""
    questions = shipped_set() + training_set() + early_set()
    alone = {item.question for item in questions}
    return alone | {multiple_choice(item.question, item.choices) for item in questions}


def _draw_set(of_subject: dict[str, int], seed: int) -> list[Question]:
    draw.seed(seed)
    questions: list[Question] = []
    taken: set[tuple[str, str]] = set()
    choices_of: dict[str, set[str]] = {}  # all choices that a question text had so far
    for subject, wanted in of_subject.items():
        relations = _spread(RELATIONS[subject])
        count = 0
        while count < wanted:
            question, answer, wrong = _held_out_item(subject, relations)
            if len({*wrong, answer}) < 4:
                continue
            choices, place = shuffled_choices(answer, wrong)
            # "Which of these is even?" may come again, but not with nearly the same choices.
            if (question, answer) in taken or len(
                set(choices) & choices_of.get(question, set())
            ) > 2:
                continue
            taken.add((question, answer))
            choices_of.setdefault(question, set()).update(choices)
            questions.append(Question(subject, question, choices, place))
            count += 1
    return questions


def _spread(relations: list[Relation | Selection]) -> list[Relation | Selection]:
    """Each relation as often as its weight says, so that a plain pick is enough."""
    return [relation for relation in relations for _ in range(max(1, round(4 * relation.weight)))]


def _held_out_item(subject: str, relations: list[Relation | Selection]) -> Item:
    if takes_skill(subject):
        return pick(SKILLS[subject])(True)[:3]
    relation = pick(relations)
    # Of the gazetteer every row counts the same; elsewhere well-known things come more often.
    row = pick(relation.rows) if subject == "gazetteer" else relation.row()
    return relation.item(True, row)
