"""Runs an ONNX file of the demo model in the simplest way: no cache, one prompt at a time."""

from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from architecture import HEAD_SIZE, KEY_VALUE_HEADS

_THREADS = 2
_ERRORS_ONLY = 3


class OnnxModel:
    """A session with its tokenizer."""

    def __init__(self, onnx_file: Path, tokenizer_folder: Path) -> None:
        """Loads both; onnxruntime raises when the file is no model."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = _THREADS
        options.log_severity_level = _ERRORS_ONLY
        self._session = onnxruntime.InferenceSession(
            str(onnx_file), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {value.name: value for value in self._session.get_inputs()}
        self.tokenizer = Tokenizer.from_file(str(tokenizer_folder / "tokenizer.json"))

    def logits(self, ids: list[int]) -> np.ndarray:
        """(positions, vocabulary) logits as float64, so that later sums lose nothing."""
        tokens = np.array([ids], np.int64)
        feed = {
            "input_ids": tokens,
            "attention_mask": np.ones_like(tokens),
            "position_ids": np.arange(tokens.shape[1], dtype=np.int64)[None],
        }
        feed = {name: value for name, value in feed.items() if name in self._inputs}
        for name, value in self._inputs.items():
            if name.startswith("past"):
                dtype = np.float16 if "float16" in value.type else np.float32
                feed[name] = np.zeros((1, KEY_VALUE_HEADS, 0, HEAD_SIZE), dtype)
        return self._session.run(["logits"], feed)[0][0].astype(np.float64)
