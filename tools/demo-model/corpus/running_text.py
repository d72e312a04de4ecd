"""The running text for perplexity: prose documents of a seed that no shard was drawn from."""

from pathlib import Path

from corpus import draw
from corpus.check import forbid
from corpus.documents.facts import facts
from corpus.documents.paragraphs import paragraphs
from corpus.documents.stories import story
from corpus.questions import held_out_strings
from corpus.settings import TEXT_SEED, TURN_START

_CHARACTERS = 90_000
# Chats and exams are left out, and stories that are told in a chat: they are no running text.
_KINDS = [facts, paragraphs, story]


def write_text(path: Path) -> None:
    """Writes documents with blank lines between, as many as 90,000 characters take."""
    held_out = held_out_strings()
    draw.seed(TEXT_SEED)
    documents: list[str] = []
    while sum(map(len, documents)) < _CHARACTERS:
        text = _KINDS[len(documents) % len(_KINDS)]().replace(" has 1 protons", " has 1 proton")
        forbid(text, held_out)
        if TURN_START not in text:
            documents.append(text.strip())
    path.write_bytes(("\n\n".join(documents) + "\n").encode())
