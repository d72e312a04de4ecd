"""Compares the shipped ONNX file with the torch model."""

from pathlib import Path

import numpy as np
import torch
from transformers import AutoTokenizer, LlamaForCausalLM

from corpus.question_file import prompt, read_csv
from exporting.runtime import OnnxModel

_EVERY = 9  # every ninth question, so that all subjects occur
_PROMPTS = 50


def compare(model_folder: Path, shipped: Path, questions: Path) -> None:
    """Prints the largest absolute difference of a logit, and the chat template at work.

    Raises ValueError if the tokenizer of the folder encodes otherwise than tokenizer.json alone.
    """
    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    model = LlamaForCausalLM.from_pretrained(model_folder, dtype=torch.float32).eval()
    onnx_model = OnnxModel(shipped / "onnx" / "model.onnx", shipped)
    prompts = [prompt(item) for item in read_csv(questions)][::_EVERY][:_PROMPTS]
    worst = 0.0
    for text in prompts:
        ids = tokenizer(text)["input_ids"]
        if ids != onnx_model.tokenizer.encode(text).ids:
            raise ValueError(f"the tokenizers differ on {text!r}")
        with torch.no_grad():
            expected = model(torch.tensor([ids])).logits[0].double().numpy()
        worst = max(worst, float(np.abs(expected - onnx_model.logits(ids)).max()))
    print(len(prompts), "prompts, largest absolute logit difference", worst)
    greeting = [{"role": "user", "content": "Hello!"}]
    chat = tokenizer.apply_chat_template(greeting, tokenize=False, add_generation_prompt=True)
    print(repr(chat))
