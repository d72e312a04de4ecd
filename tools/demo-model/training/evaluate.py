"""Accuracy on the held-out questions by letter log-likelihood, in fp32 and fake-quantized."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from corpus.layout import LETTERS
from corpus.question_file import prompt, read_csv
from training.fake_quantize import quantized
from training.model import Llama

_TOP = 20


class QuestionSet:
    """Questions as token ids, with the ids of the answer letters."""

    def __init__(self, csv_file: Path, tokenizer_folder: Path, device: str) -> None:
        """Encodes all prompts; an answer letter of several tokens raises ValueError."""
        tokenizer = Tokenizer.from_file(str(tokenizer_folder / "tokenizer.json"))
        questions = read_csv(csv_file)
        self.prompts = [tokenizer.encode(prompt(item)).ids for item in questions]
        self.answers = torch.tensor([item.answer for item in questions], device=device)
        self.subjects = [item.subject for item in questions]
        letters = [tokenizer.encode(f" {letter}").ids for letter in LETTERS]
        if any(len(ids) != 1 for ids in letters):
            raise ValueError(f"an answer letter is not one token: {letters}")
        self.letter_ids = [ids[0] for ids in letters]
        self.device = device


@torch.no_grad()
def _answer_logprobs(model: Llama, questions: QuestionSet) -> torch.Tensor:
    """(questions, vocabulary) log-probabilities of the token after each prompt."""
    prompts, device = questions.prompts, questions.device
    # Padding on the right is harmless: causal attention never looks there.
    padded = torch.zeros(len(prompts), max(map(len, prompts)), dtype=torch.long)
    for row, ids in zip(padded, prompts):
        row[: len(ids)] = torch.tensor(ids)
    last = torch.tensor([len(ids) - 1 for ids in prompts], device=device)
    logits = model(padded.to(device))[torch.arange(len(prompts), device=device), last]
    return torch.log_softmax(logits.float(), -1)


def report(model: Llama, questions: QuestionSet, kinds: Sequence[str]) -> dict[str, dict]:
    """Prints and gives accuracy, flips and Jaccard at 20 of each kind against fp32.

    The weights of the projections are replaced while a kind is measured and restored after it.
    """
    original = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    reference = None
    results = {}
    for kind in ("fp32", *kinds):
        if kind != "fp32":
            _quantize_projections(model, original, kind)
        logprobs = _answer_logprobs(model, questions)
        correct = logprobs[:, questions.letter_ids].argmax(1) == questions.answers
        top = logprobs.topk(_TOP).indices.tolist()
        reference = reference or (correct, top)
        results[kind] = _compare(correct, top, reference, questions.subjects)
        print(kind, json.dumps(results[kind]), flush=True)
        model.load_state_dict(original)
    return results


@torch.no_grad()
def _quantize_projections(model: Llama, original: dict[str, torch.Tensor], kind: str) -> None:
    for name, parameter in model.named_parameters():
        if "proj" in name:
            parameter.copy_(quantized(original[name], kind))


def _compare(
    correct: torch.Tensor, top: list[list[int]], reference: tuple, subjects: list[str]
) -> dict:
    correct_before, top_before = reference
    overlaps = [len(set(a) & set(b)) / len(set(a) | set(b)) for a, b in zip(top, top_before)]
    by_subject = {
        subject: _percent(correct[[i for i, other in enumerate(subjects) if other == subject]], 1)
        for subject in dict.fromkeys(subjects)
    }
    return {
        "acc": _percent(correct, 2),
        "to_wrong": int((correct_before & ~correct).sum()),
        "to_right": int((~correct_before & correct).sum()),
        "jaccard20": round(float(np.mean(overlaps)), 3),
        "by": by_subject,
    }


def _percent(correct: torch.Tensor, digits: int) -> float:
    return round(100 * float(correct.float().mean()), digits)
