"""What belongs to a subject, and how often its facts and its skills are drawn."""

from corpus.draw import Weighted, chance, pick
from corpus.facts import calendar, elements, everyday, gazetteer, geography, nature, words
from corpus.relation import Item, Relation, Selection
from corpus.settings import SUBJECTS
from corpus.skills import NEEDS_CHOICES, SKILLS

RELATIONS: dict[str, list[Relation | Selection]] = {
    "elements": elements.RELATIONS,
    "geography": geography.RELATIONS,
    "nature": nature.RELATIONS,
    "words": words.RELATIONS,
    "arithmetic": [],
    "calendar and measures": calendar.RELATIONS,
    "everyday things": everyday.RELATIONS,
    "gazetteer": gazetteer.RELATIONS,
}
SKILL_SHARE = {
    "elements": 0.45,
    "geography": 0.4,
    "nature": 0.4,
    "words": 0.4,
    "arithmetic": 1.0,
    "calendar and measures": 0.65,
    "everyday things": 0.4,
    "gazetteer": 0.1,
}
# The gazetteer gets most of the text: it has the most facts to be learned by heart.
_SHARE_OF_TEXT = {
    "elements": 1.5,
    "geography": 1.5,
    "nature": 1.2,
    "words": 1.5,
    "arithmetic": 2.6,
    "calendar and measures": 1.6,
    "everyday things": 1.3,
    "gazetteer": 6.0,
}
_SUBJECT_DRAW = Weighted(_SHARE_OF_TEXT[subject] for subject in SUBJECTS)
_RELATION_DRAW = {
    subject: Weighted(relation.weight for relation in RELATIONS[subject]) for subject in SUBJECTS
}
_ASKABLE = {
    subject: [skill for skill in SKILLS[subject] if skill not in NEEDS_CHOICES]
    for subject in SUBJECTS
}


def any_subject() -> str:
    """One subject, by its share of the text."""
    return SUBJECTS[_SUBJECT_DRAW.index()]


def takes_skill(subject: str) -> bool:
    """Draws whether the next item of the subject is a skill (True) or a fact."""
    return chance(SKILL_SHARE[subject])


def _any_relation(subject: str) -> Relation | Selection:
    return RELATIONS[subject][_RELATION_DRAW[subject].index()]


def training_item(subject: str) -> Item:
    """A multiple-choice item for training."""
    if takes_skill(subject):
        return pick(SKILLS[subject])(False)[:3]
    return _any_relation(subject).item()


def statement(subject: str) -> str:
    """One sentence that states a fact or the result of a skill."""
    if takes_skill(subject):
        return pick(SKILLS[subject])(False).statement
    return _any_relation(subject).statement()


def question_and_statement(subject: str) -> tuple[str, str]:
    """A question that makes sense without choices, and its answer as a sentence."""
    if takes_skill(subject):
        exercise = pick(_ASKABLE[subject])(False)
        return exercise.question, exercise.statement
    return _any_relation(subject).question_and_statement()
