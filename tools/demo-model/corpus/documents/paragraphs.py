"""Paragraphs about one thing, alone or as the answer to "Tell me about it"."""

from corpus.documents.descriptions import animal, country, element, person, town
from corpus.draw import below, chance, pick
from corpus.layout import chat

# The gazetteer has most of the facts and so gets most of the paragraphs.
_DESCRIPTIONS = [element, country, animal, *[town] * 12, *[person] * 5]
_REQUESTS = [
    "Tell me about {}.",
    "What do you know about {}?",
    "Please tell me something about {}.",
    "I want to learn about {}.",
]


def paragraphs() -> str:
    """One description as a chat, or one or two as plain text."""
    if chance(0.3):
        name, text = pick(_DESCRIPTIONS)()
        return chat(pick(_REQUESTS).format(name), text)
    return "\n\n".join([pick(_DESCRIPTIONS)()[1] for _ in range(1 + below(2))])
