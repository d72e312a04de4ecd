"""Weight-only quantization simulated in torch, as onnxruntime's block quantizers round.

It shows during training what quantization will do, long before there is an ONNX file.
"""

import torch

KINDS = ("int4", "int4asym", "nf4", "w8")

_BLOCK = 32
_NF4_BLOCK = 64
# The 16 levels of NormalFloat 4 (Dettmers et al. 2023, QLoRA, appendix E).
_NF4_LEVELS = (
    -1.0,
    -0.6961928,
    -0.52507305,
    -0.3949175,
    -0.28444138,
    -0.18477343,
    -0.09105004,
    0.0,
    0.0795803,
    0.1609302,
    0.2461123,
    0.33791524,
    0.44070983,
    0.562617,
    0.72295684,
    1.0,
)


def quantized(weight: torch.Tensor, kind: str) -> torch.Tensor:
    """The weight after quantizing and dequantizing, in blocks along the input.

    An unknown kind raises ValueError.
    """
    if kind == "nf4":
        return _nf4(weight)
    if kind == "int4asym":
        return _asymmetric(weight)
    if kind in ("int4", "w8"):
        return _symmetric(weight, 8 if kind == "int4" else 128)
    raise ValueError(f"unknown kind {kind!r}, expected one of {KINDS}")


def _nf4(weight: torch.Tensor) -> torch.Tensor:
    blocks = weight.reshape(-1, _NF4_BLOCK)
    scales = blocks.abs().amax(1, keepdim=True)
    levels = torch.tensor(_NF4_LEVELS, device=weight.device)
    nearest = ((blocks / scales)[..., None] - levels).abs().argmin(-1)
    return (levels[nearest] * scales).view_as(weight)


def _asymmetric(weight: torch.Tensor) -> torch.Tensor:
    blocks = weight.reshape(-1, _BLOCK)
    low = blocks.amin(1, keepdim=True).clamp(max=0)
    high = blocks.amax(1, keepdim=True).clamp(min=0)
    scales = (high - low) / 15
    zeros = torch.round(-low / scales)
    steps = torch.clamp(torch.round(blocks / scales + zeros), 0, 15)
    return ((steps - zeros) * scales).view_as(weight)


def _symmetric(weight: torch.Tensor, half_range: int) -> torch.Tensor:
    blocks = weight.reshape(-1, _BLOCK)
    largest = blocks.abs().argmax(1, keepdim=True)
    # The largest value of a block becomes the lowest step, of which there is one more.
    scales = blocks.gather(1, largest) / -half_range
    steps = torch.clamp(torch.round(blocks / scales), -half_range, half_range - 1)
    return (steps * scales).view_as(weight)
