"""Loose facts."""

from corpus.draw import below, chance
from corpus.subjects import any_subject, statement


def facts() -> str:
    """Two to seven statements of one subject, in one paragraph or one a line."""
    subject = any_subject()
    count = 2 + below(6)
    separator = " " if chance(0.6) else "\n"
    return separator.join([statement(subject) for _ in range(count)])
