"""Looks at the corpus: samples to read, and speed and shares in numbers."""

import time
from pathlib import Path

from corpus import draw
from corpus.check import forbid
from corpus.documents import KINDS, document
from corpus.questions import held_out_strings
from corpus.tokenizer import CachedTokenizer

_SPEED_DOCUMENTS = 30000
_COMPARED_DOCUMENTS = 5000
_DOCUMENTS_PER_KIND = 1500


def print_samples(seed: int) -> None:
    """Prints six documents of every kind."""
    draw.seed(seed)
    for make, _ in KINDS:
        for _ in range(6):
            print(make())
            print("-" * 60)


def print_speed(tokenizer_folder: Path) -> None:
    """Prints the time of each step and the share of tokens of each kind of document.

    Also compares the cached tokenizer with the library and looks for letters beyond ASCII.
    """
    tokenizer, held_out = CachedTokenizer(tokenizer_folder), held_out_strings()
    draw.seed(5)
    started = time.perf_counter()
    texts = [document() for _ in range(_SPEED_DOCUMENTS)]
    generated = time.perf_counter()
    for text in texts:
        forbid(text, held_out)
    checked = time.perf_counter()
    encoded = [tokenizer(text) for text in texts]
    finished = time.perf_counter()
    tokens, characters = sum(map(len, encoded)), sum(map(len, texts))
    print(
        f"{characters / 1e6:.1f} MB, {tokens / 1e6:.2f} M tokens,"
        f" {characters / tokens:.2f} characters a token;"
        f" generate {generated - started:.1f} s, check {checked - generated:.1f} s,"
        f" tokenize {finished - checked:.1f} s"
    )
    reference = tokenizer.reference
    different = sum(
        reference.encode(text, add_special_tokens=False).ids != ids
        for text, ids in zip(texts[:_COMPARED_DOCUMENTS], encoded)
    )
    print(f"{different} of {_COMPARED_DOCUMENTS} documents encoded differently by the library")
    _print_shares(tokenizer)
    beyond = sum(not text.isascii() for text in texts)
    print(f"{beyond} documents with letters beyond ASCII")


def _print_shares(tokenizer: CachedTokenizer) -> None:
    mean_tokens = {}
    for make, _ in KINDS:
        draw.seed(9)
        lengths = [len(tokenizer(make())) for _ in range(_DOCUMENTS_PER_KIND)]
        mean_tokens[make] = sum(lengths) / len(lengths)
    total = sum(mean_tokens[make] * weight for make, weight in KINDS)
    for make, weight in KINDS:
        share = mean_tokens[make] * weight / total
        print(f"{make.__name__}: {mean_tokens[make]:.0f} tokens each, {share:.0%} of all tokens")
