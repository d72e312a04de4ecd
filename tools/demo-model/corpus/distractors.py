"""Wrong answers that are numbers."""

from corpus.draw import below, chance, pick
from corpus.relation import Row


def numbers_near(row: Row, low: int, high: int, spread: int = 6) -> list[str]:
    """Three numbers at most `spread` away from the row's answer and within [low, high]."""
    answer = int(row.y)
    wrong: list[str] = []
    while len(wrong) < 3:
        candidate = answer + (1 + below(spread)) * (1 if chance(0.5) else -1)
        if low <= candidate <= high and str(candidate) not in wrong:
            wrong.append(str(candidate))
    return wrong


def miscalculations(
    answer: int, distances: tuple[int, ...] = (1, 2, 3, 10), low: int = 0
) -> list[str]:
    """Three results that a slip would give: off by one of the distances, or digits turned around.

    Each round adds one more distance, so that the loop ends for small answers too.
    """
    wrong: list[str] = []
    while len(wrong) < 3:
        candidate = answer + pick(distances) * (1 if chance(0.5) else -1)
        if chance(0.15) and answer > 11:
            candidate = int(str(answer)[::-1])
        if candidate >= low and candidate != answer and str(candidate) not in wrong:
            wrong.append(str(candidate))
        distances = (*distances, distances[-1] + 1)
    return wrong
