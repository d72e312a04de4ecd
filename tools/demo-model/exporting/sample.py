"""Lets the model answer prompts, greedy and at temperature 0.1."""

from pathlib import Path

import numpy as np

from corpus.layout import chat
from corpus.settings import TURN_START
from exporting.runtime import OnnxModel

_NEW_TOKENS = 100
_TEMPERATURES = (0.0, 0.1)
_SEED = 1
_STOP_IDS = (0, 2)  # end of text, end of turn


def print_answers(model_folder: Path, onnx_file: Path | None, prompts: Path, plain: bool) -> None:
    r"""Prints one answer for each prompt and temperature. `\n` in a prompt is a line break.

    `plain` continues the prompt itself; otherwise it is a chat turn.
    """
    model = OnnxModel(onnx_file or model_folder / "onnx" / "model.onnx", model_folder)
    random = np.random.default_rng(_SEED)
    mode = "plain" if plain else "chat"
    for line in prompts.read_text(encoding="utf-8").splitlines():
        if not line.strip():
            continue
        asked = line.replace("\\n", "\n")
        text = asked if plain else f"{chat(asked)}{TURN_START}assistant\n"
        for temperature in _TEMPERATURES:
            answer = _generate(model, text, temperature, random)
            print(f"[{mode}, T={temperature:g}] {asked!r}\n   -> {answer!r}", flush=True)


def _generate(model: OnnxModel, text: str, temperature: float, random: np.random.Generator) -> str:
    ids = model.tokenizer.encode(text).ids
    prompt_length = len(ids)
    while len(ids) - prompt_length < _NEW_TOKENS:
        token = _next_token(model.logits(ids)[-1], temperature, random)
        if token in _STOP_IDS:
            break
        ids.append(token)
    return model.tokenizer.decode(ids[prompt_length:])


def _next_token(logits: np.ndarray, temperature: float, random: np.random.Generator) -> int:
    if not temperature:
        return int(logits.argmax())
    logits = logits / temperature
    weights = np.exp(logits - logits.max())
    return int(random.choice(len(weights), p=weights / weights.sum()))
