"""Multiple-choice documents, in the layout in which the product asks."""

from corpus.draw import below, chance
from corpus.layout import LETTERS, header, multiple_choice, shuffled_choices
from corpus.subjects import any_subject, training_item


def exam() -> str:
    """One to three items of a subject, each with the letter of its answer."""
    subject = any_subject()
    count = 1 if chance(0.8) else 2 + below(2)
    items: list[str] = []
    while len(items) < count:
        question, answer, wrong = training_item(subject)
        if answer in wrong or len(set(wrong)) < 3:
            continue
        choices, place = shuffled_choices(answer, wrong)
        items.append(multiple_choice(question, choices, LETTERS[place]))
    return header(subject) + "\n\n".join(items)
