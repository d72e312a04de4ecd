"""Proof that no held-out question stands in a training document."""

import re

from corpus import draw
from corpus.documents import document
from corpus.questions import held_out_strings
from corpus.settings import TURN_END, shard_seed

_SENTENCE_END = re.compile(r"(?<=[.?!]) ")
# More than a shard holds: the first two hold about 66,000 whole documents each, and a row of a
# shard ends with at most one cut document.
_DOCUMENTS_PER_SHARD = 82000


class HeldOutQuestionError(ValueError):
    """A training document holds a question of the held-out sets."""


def forbid(text: str, held_out: set[str]) -> None:
    """Raises HeldOutQuestionError if a line or a sentence of the text is a held-out question."""
    for line in text.split("\n"):
        if "?" not in line:
            continue
        line = line.replace(TURN_END, "")
        for piece in (line, *_SENTENCE_END.split(line)):
            if piece in held_out:
                raise HeldOutQuestionError(piece)


def verify_shards(first: int, last: int) -> str:
    """Makes the documents of these shards again and looks through all of them.

    Gives a line that says how much was looked through. The first shard is also searched for
    the questions as plain substrings, which is slower and stricter.
    """
    held_out = held_out_strings()
    documents = characters = 0
    for index in range(first, last + 1):
        draw.seed(shard_seed(index))
        texts = [document() for _ in range(_DOCUMENTS_PER_SHARD)]
        for text in texts:
            forbid(text, held_out)
        documents += len(texts)
        characters += sum(map(len, texts))
        if index == first:
            everything = "\n".join(texts)
            for question in held_out:
                if question in everything:
                    raise HeldOutQuestionError(question)
    megabytes = characters / 1e6
    return f"{documents} documents, {megabytes:.0f} MB of text, no held-out question in them"
