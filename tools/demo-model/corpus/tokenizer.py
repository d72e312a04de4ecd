"""Trains the tokenizer, and encodes fast with it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from corpus import draw
from corpus.documents import unrepaired_document
from corpus.settings import (
    CONTEXT_TOKENS,
    END_OF_TEXT,
    SPECIAL_TOKENS,
    TOKENIZER_SEED,
    TURN_END,
    TURN_START,
    VOCABULARY_SIZE,
)

_TRAINING_DOCUMENTS = 130000
_ANSWER_LETTERS = "ABCDEFGHIJ"
_CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n'"
    " + message['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
# The pre-tokenization of tokenizer.json as one expression.
_WORD = re.compile(
    r"<\|endoftext\|>|<\|im_start\|>|<\|im_end\|>|'s|'t|'re|'ve|'m|'ll|'d| ?[A-Za-z]+|[0-9]"
    r"| ?(?:(?!<\|)[^\sA-Za-z0-9])+|\s+(?=[0-9]|<\||$)|\s+(?!\S)|\s+"
)


class CachedTokenizer:
    """Byte-level BPE with a cache of words: the corpus has few words and repeats them often.

    `generate.py speed` compares it with the tokenizers library.
    """

    def __init__(self, folder: Path) -> None:
        """Reads tokenizer.json from the folder."""
        self.reference = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._ids: dict[str, list[int]] = {}

    def __call__(self, text: str) -> list[int]:
        """Token ids of the text, without added special tokens."""
        cache, ids = self._ids, []
        for word in _WORD.findall(text):
            known = cache.get(word)
            if known is None:
                known = self.reference.encode(word, add_special_tokens=False).ids
                cache[word] = known
            ids += known
        return ids


def train_tokenizer(folder: Path) -> None:
    """Trains on documents of its own seed and writes the three tokenizer files."""
    draw.seed(TOKENIZER_SEED)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE,
        special_tokens=SPECIAL_TOKENS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_training_texts(), trainer)
    _check(tokenizer)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    _write_json(folder / "tokenizer_config.json", _tokenizer_config())
    _write_json(
        folder / "special_tokens_map.json",
        {
            "eos_token": TURN_END,
            "pad_token": END_OF_TEXT,
            "additional_special_tokens": [TURN_START, TURN_END],
        },
    )


def _training_texts() -> Iterator[str]:
    letters = "".join(f" {letter}" for letter in _ANSWER_LETTERS)
    for i in range(_TRAINING_DOCUMENTS):
        # Before the repair: the shipped tokenizer was trained when it did not exist yet.
        text = unrepaired_document()
        for token in (TURN_START, TURN_END):
            text = text.replace(token, "\n")
        yield text
        if i % 10 == 0:
            yield letters


def _check(tokenizer: Tokenizer) -> None:
    """The product scores " A" to " D" as single tokens, and the config names ids 0 to 2."""
    size = tokenizer.get_vocab_size()
    if size != VOCABULARY_SIZE:
        raise ValueError(f"vocabulary of {size} tokens, expected {VOCABULARY_SIZE}")
    ids = [tokenizer.token_to_id(token) for token in SPECIAL_TOKENS]
    if ids != list(range(len(SPECIAL_TOKENS))):
        raise ValueError(f"special tokens have the ids {ids}")
    for letter in _ANSWER_LETTERS:
        if len(tokenizer.encode(f" {letter}").ids) != 1:
            raise ValueError(f"the answer letter {letter} is not one token")


def _tokenizer_config() -> dict:
    added = {
        str(i): {
            "content": token,
            "lstrip": False,
            "normalized": False,
            "rstrip": False,
            "single_word": False,
            "special": True,
        }
        for i, token in enumerate(SPECIAL_TOKENS)
    }
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": CONTEXT_TOKENS,
        "clean_up_tokenization_spaces": False,
        "bos_token": None,
        "eos_token": TURN_END,
        "pad_token": END_OF_TEXT,
        "unk_token": None,
        "add_bos_token": False,
        "chat_template": _CHAT_TEMPLATE,
        "added_tokens_decoder": added,
    }


def _write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=1))
