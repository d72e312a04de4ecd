"""The kinds of document that the training text is made of, and their mixture."""

from corpus.documents.chats import chat_document, chat_with_choices
from corpus.documents.exams import exam
from corpus.documents.facts import facts
from corpus.documents.paragraphs import paragraphs
from corpus.documents.small_talk import small_talk
from corpus.documents.stories import story
from corpus.draw import Weighted

# (maker, share of the documents)
KINDS = [
    (exam, 0.46),
    (facts, 0.10),
    (chat_document, 0.12),
    (chat_with_choices, 0.02),
    (paragraphs, 0.20),
    (small_talk, 0.02),
    (story, 0.08),
]
_KIND_DRAW = Weighted(share for _, share in KINDS)


def unrepaired_document() -> str:
    """One document as drawn; hydrogen may have "1 protons"."""
    return KINDS[_KIND_DRAW.index()][0]()


def document() -> str:
    """One training document."""
    return unrepaired_document().replace(" has 1 protons", " has 1 proton")
