"""Facts as relations x -> y with templates for statements and questions.

Templates hold {x} and {y}, or {ax} and {ay} for the same with an article.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from corpus.draw import by_rank, chance, pick, sample
from corpus.english import capitalized, with_article

Item = tuple[str, str, list[str]]  # question, answer, three wrong answers


class Row(NamedTuple):
    """One fact of a relation."""

    x: str
    y: str
    fields: dict[str, str]
    pool: list[str]  # answers of the same group, good as wrong answers


def _fields(x: str, y: str) -> dict[str, str]:
    return {"x": x, "y": y, "ax": with_article(x), "ay": with_article(y)}


class _Templates:
    """What both kinds of relation share: the templates and the draw of a row."""

    def __init__(
        self,
        rows: list[Row],
        statements: Sequence[str],
        questions: Sequence[str],
        held_out: Sequence[str],
        weight: float,
        zipf: float,
    ) -> None:
        self.rows = rows
        self.statements = statements
        self.questions = questions
        self.held_out = held_out
        self.weight = weight
        self._ranks = by_rank(len(rows), zipf)

    def row(self) -> Row:
        """One row, early rows more often."""
        return self.rows[self._ranks.index()]

    def statement(self) -> str:
        """One fact as a sentence."""
        template = pick(self.statements)
        return capitalized(template.format_map(self.row().fields))

    def _question(self, row: Row, hold: bool) -> str:
        return pick(self.held_out if hold else self.questions).format_map(row.fields)


class Relation(_Templates):
    """Asks for y, given x. The wordings in `held_out` are never used in training text."""

    def __init__(
        self,
        pairs: Iterable[tuple[str, object]],
        *,
        statements: Sequence[str],
        questions: Sequence[str],
        held_out: Sequence[str],
        groups: Sequence[str] | None = None,
        wrong: Callable[[Row], list[str]] | None = None,
        weight: float = 1.0,
        zipf: float = 0.5,
    ) -> None:
        """Prepares the rows.

        `groups` names for each pair the group that its wrong answers mostly come from; `wrong`
        replaces the draw of wrong answers; `weight` is the share among the relations of a
        subject; `zipf` is how much more often early pairs are drawn.
        """
        texts = [(x, str(y)) for x, y in pairs]
        groups = groups or [""] * len(texts)
        self.answers = list(dict.fromkeys(y for _, y in texts))
        pools = {
            group: list(dict.fromkeys(y for (_, y), g in zip(texts, groups) if g == group))
            for group in set(groups)
        }
        # In a group of few answers the right one would be too easy to guess.
        pools = {group: pool if len(pool) >= 6 else self.answers for group, pool in pools.items()}
        rows = [Row(x, y, _fields(x, y), pools[g]) for (x, y), g in zip(texts, groups)]
        super().__init__(rows, statements, questions, held_out, weight, zipf)
        self._own_wrong = wrong

    def item(self, hold: bool = False, row: Row | None = None) -> Item:
        """A multiple-choice item; `hold` takes a wording that is kept out of training."""
        row = row or self.row()
        return self._question(row, hold), row.y, self._wrong(row)

    def question_and_statement(self) -> tuple[str, str]:
        """A question and its answer as a whole sentence."""
        row = self.row()
        question = self._question(row, hold=False)
        return question, capitalized(pick(self.statements).format_map(row.fields))

    def _wrong(self, row: Row) -> list[str]:
        if self._own_wrong:
            return self._own_wrong(row)
        pool = row.pool if chance(0.7) else self.answers
        if len(pool) < 4:
            pool = self.answers
        wrong: list[str] = []
        while len(wrong) < 3:
            candidate = pick(pool)
            if candidate != row.y and candidate not in wrong:
                wrong.append(candidate)
        return wrong


class Selection(_Templates):
    """Asks which of four has property y: the answer is an x that has it, the others lack it."""

    def __init__(
        self,
        pairs: Iterable[tuple[str, str]],
        *,
        statements: Sequence[str],
        questions: Sequence[str],
        held_out: Sequence[str],
        weight: float = 1.0,
        zipf: float = 0.3,
    ) -> None:
        """Prepares the rows; the arguments mean what they mean for `Relation`."""
        rows = [Row(x, y, _fields(x, y), []) for x, y in pairs]
        super().__init__(rows, statements, questions, held_out, weight, zipf)

    def item(self, hold: bool = False, row: Row | None = None) -> Item:
        """A multiple-choice item; `hold` takes a wording that is kept out of training."""
        row = row or self.row()
        wrong: list[str] = []
        while len(wrong) < 3:
            other = pick(self.rows)
            if other.y != row.y and other.x not in wrong:
                wrong.append(other.x)
        return self._question(row, hold), row.x, wrong

    def question_and_statement(self) -> tuple[str, str]:
        """A question that names two candidates, and its answer as a whole sentence."""
        row = self.row()
        drawn = [pick(self.rows) for _ in range(12)]
        lacking = [other.x for other in drawn if other.y != row.y] or ["nothing"]
        [other] = sample(lacking, 1)
        first, second = (row.x, other) if chance(0.5) else (other, row.x)
        question = self._question(row, hold=False)
        answer = capitalized(pick(self.statements).format_map(row.fields))
        return f"{question} {capitalized(first)} or {second}?", answer
