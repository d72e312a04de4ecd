"""Chats: questions answered by whole sentences, and exam questions asked in a chat."""

from corpus.draw import chance, pick, unit
from corpus.layout import LETTERS, chat, shuffled_choices, with_choices
from corpus.subjects import any_subject, question_and_statement, training_item

_CLOSINGS = [
    "Is there anything else you want to know?",
    "I hope this helps you.",
    "You can ask me more about it.",
    "That is an interesting question.",
]


def chat_document() -> str:
    """One or two questions of a subject with their answers."""
    subject = any_subject()
    turns: list[str] = []
    for _ in range(1 if chance(0.7) else 2):
        question, answer = question_and_statement(subject)
        opening = unit()
        if opening < 0.08:
            question = "Please tell me. " + question
        elif opening < 0.14:
            question = "I have a question. " + question
        elif opening < 0.18:
            question = "Can you help me? " + question
        if chance(0.12):
            answer += " " + pick(_CLOSINGS)
        turns += [question, answer]
    return chat(*turns)


def chat_with_choices() -> str:
    """One question with four choices, answered by letter and text."""
    while True:
        question, answer, wrong = training_item(any_subject())
        if answer not in wrong and len(set(wrong)) >= 3:
            break
    choices, place = shuffled_choices(answer, wrong)
    letter = LETTERS[place]
    replies = [
        f"The answer is {letter}. {answer}.",
        f"The right answer is {letter}, {answer}.",
        f"{letter}. {answer}.",
    ]
    return chat(with_choices(question, choices), pick(replies))
