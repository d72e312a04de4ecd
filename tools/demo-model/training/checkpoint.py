"""Weights as part*.safetensors files, small enough to be carried one by one."""

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from training.model import Llama

_PREFIX = "model."  # as in transformers


def load_parts(model: Llama, folder: Path) -> None:
    """Starts the model from the parts of an earlier run; an unknown tensor raises ValueError."""
    parameters = dict(model.named_parameters())
    for path in sorted(folder.glob("*.safetensors")):
        for name, tensor in load_file(path).items():
            parameter = parameters.get(name.removeprefix(_PREFIX))
            if parameter is None:
                raise ValueError(f"{path.name} has the tensor {name}, which the model lacks")
            with torch.no_grad():
                parameter.copy_(tensor.float())


def save_parts(model: Llama, folder: Path, count: int) -> None:
    """Writes the weights as float32 in about `count` files of about the same size."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        _PREFIX + name: tensor.detach().float().cpu().contiguous()
        for name, tensor in model.state_dict().items()
    }
    limit = sum(tensor.numel() for tensor in tensors.values()) / count * 1.03
    parts: list[dict[str, torch.Tensor]] = [{}]
    size = 0
    for name, tensor in tensors.items():
        if size + tensor.numel() > limit:
            parts.append({})
            size = 0
        parts[-1][name] = tensor
        size += tensor.numel()
    for i, part in enumerate(parts):
        save_file(part, folder / f"part{i}.safetensors")
