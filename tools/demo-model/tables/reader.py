"""Reads the compact notation of the tables, which keeps hundreds of facts on one screen."""


def phrases(text: str) -> list[str]:
    """Splits "glass blowing, boat building" at its commas; line breaks count as spaces."""
    return [" ".join(phrase.split()) for phrase in text.split(",")]


def rows(text: str) -> list[tuple[str, ...]]:
    """Splits "oak: tree, rose: flower" into [("oak", "tree"), ("rose", "flower")].

    The rows stay plain tuples: `corpus.heldout` hashes their repr, so another type would move
    items between training and the held-out set.
    """
    table = [tuple(field.strip() for field in row.split(":")) for row in phrases(text)]
    widths = {len(row) for row in table}
    if len(widths) != 1:
        raise ValueError(
            f"rows of different width {sorted(widths)} in a table: {text.strip()[:40]}"
        )
    return table
