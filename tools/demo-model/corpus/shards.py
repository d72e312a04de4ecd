"""Writes the training text as token shards: .npy files of 8192 rows of 512 tokens (uint16)."""

import multiprocessing
from pathlib import Path

import numpy as np

from corpus import draw
from corpus.check import forbid
from corpus.documents import document
from corpus.questions import held_out_strings
from corpus.settings import END_OF_TEXT_ID, ROW_TOKENS, ROWS_PER_SHARD, shard_path, shard_seed
from corpus.tokenizer import CachedTokenizer


class WorkerError(RuntimeError):
    """A process that makes shards ended with an error."""


def write_shards(tokenizer: Path, folder: Path, first: int, last: int, workers: int) -> None:
    """Makes the shards `first` to `last`, inclusive, in parallel processes.

    A shard depends only on its index, so any number of workers gives the same files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    processes = [
        multiprocessing.Process(
            target=_work, args=(tokenizer, folder, range(first + k, last + 1, workers))
        )
        for k in range(workers)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise WorkerError("a worker failed; its message stands above")


def _work(tokenizer_folder: Path, folder: Path, indices: range) -> None:
    tokenizer, held_out = CachedTokenizer(tokenizer_folder), held_out_strings()
    for index in indices:
        rows = _shard_rows(index, tokenizer, held_out)
        # The training run reads shards while they are made: it must never see half a file.
        unfinished = folder / f"tmp{index}.npy"
        np.save(unfinished, rows)
        unfinished.rename(shard_path(folder, index))


def _shard_rows(index: int, tokenizer: CachedTokenizer, held_out: set[str]) -> np.ndarray:
    draw.seed(shard_seed(index))
    rows = np.zeros((ROWS_PER_SHARD, ROW_TOKENS), np.uint16)
    for row in rows:
        ids: list[int] = []
        while len(ids) < ROW_TOKENS:  # every row begins with a whole document, like a prompt
            text = document()
            forbid(text, held_out)
            ids += tokenizer(text)
            ids.append(END_OF_TEXT_ID)
        row[:] = ids[:ROW_TOKENS]
    return rows
