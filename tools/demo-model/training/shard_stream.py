"""Reads token shards while they are still being made, and deletes each one it has read."""

import time
from pathlib import Path

import numpy as np
import torch

from corpus.settings import shard_path

_PATIENCE_SECONDS = 120


class ShardStream:
    """Batches of rows from shard 0, 1, 2 and so on. No row comes twice."""

    def __init__(self, folder: Path, batch_rows: int, device: str) -> None:
        """Nothing is read before the first batch."""
        self._folder = folder
        self._batch_rows = batch_rows
        self._device = device
        self._next_shard = 0
        self._rows = torch.empty(0)
        self._position = 0
        self.waited_seconds = 0.0

    def batch(self) -> torch.Tensor:
        """(rows, 512) token ids; what is left of a shard after its last whole batch is dropped."""
        if self._position + self._batch_rows > len(self._rows):
            self._rows, self._position = self._read_shard(), 0
        batch = self._rows[self._position : self._position + self._batch_rows].long()
        self._position += self._batch_rows
        return batch

    def _read_shard(self) -> torch.Tensor:
        path = shard_path(self._folder, self._next_shard)
        self._next_shard += 1
        started = time.time()
        while not path.exists():
            time.sleep(0.05)
            if time.time() - started > _PATIENCE_SECONDS:
                raise SystemExit(f"no shard {path}")
        self.waited_seconds += time.time() - started
        rows = np.load(path)
        path.unlink()  # all shards together would need 3.4 GB
        return torch.from_numpy(rows.astype(np.int32)).to(self._device, non_blocking=True)
