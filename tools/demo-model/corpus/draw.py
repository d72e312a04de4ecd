"""The one random stream of the corpus.

Everything that is generated draws from this stream, so the order of the calls is part of the data:
an added, dropped or moved draw changes every document after it, and with them the shipped question
sets. Each command seeds the stream before it starts.
"""

import bisect
import itertools
import random
from collections.abc import Iterable, Sequence
from typing import TypeVar

from corpus.settings import SEED

T = TypeVar("T")

_stream = random.Random(SEED)
unit = _stream.random  # a float in [0, 1)
seed = _stream.seed
sample = _stream.sample
shuffle = _stream.shuffle


def below(limit: int) -> int:
    """An integer in [0, limit)."""
    return int(unit() * limit)


def chance(probability: float) -> bool:
    """True with this probability."""
    return unit() < probability


def pick(options: Sequence[T]) -> T:
    """One of the options, all equally likely."""
    return options[int(unit() * len(options))]


def forget(draws: int) -> None:
    """Makes draws that nobody uses.

    An early version of a caller used them. They stay so that the stream, and with it the shipped
    data, remains reproducible.
    """
    for _ in range(draws):
        unit()


class Weighted:
    """Draws indices in proportion to their weights."""

    def __init__(self, weights: Iterable[float]) -> None:
        """Sums the weights once; a draw is then one bisection."""
        self._cumulative = list(itertools.accumulate(weights))

    def index(self) -> int:
        """One index; the bound guards against rounding at the upper end."""
        last = len(self._cumulative) - 1
        return min(bisect.bisect(self._cumulative, unit() * self._cumulative[-1]), last)


def by_rank(count: int, exponent: float) -> Weighted:
    """Zipf-like: index i has weight 1 / (i + 4) ** exponent, so that early rows come more often."""
    return Weighted(1.0 / (i + 4) ** exponent for i in range(count))
