"""What training never sees: some operands of the skills, and some wordings.

The split is a hash of the operands, so it is the same in every process and needs no list. For
ordered operands it is by order: 7 x 8 may be held out while 8 x 7 is trained.
"""

import zlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from corpus.draw import pick

Operands = TypeVar("Operands", bound=tuple)


def is_held_out(skill: str, *operands: object) -> bool:
    """True for the operands that are kept out of training: one in twelve."""
    return zlib.crc32(repr((skill, *operands)).encode()) % 12 == 5


def draw_operands(
    skill: str, draw: Callable[[], Operands], hold: bool, unordered: bool = False
) -> Operands:
    """Draws until the operands lie on the wanted side of the split."""
    while True:
        operands = draw()
        if is_held_out(skill, *(sorted(operands) if unordered else operands)) == hold:
            return operands


def wording(hold: bool, training: Sequence[str], held_out: Sequence[str]) -> str:
    """One wording of a question, from the templates of the wanted side."""
    return pick(held_out if hold else training)
