"""The Llama that is trained.

Parameter names follow LlamaForCausalLM of transformers, without the leading "model.", so that
`exporting.assemble` can load the weights without a table of names.
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from architecture import (
    HEAD_SIZE,
    HEADS,
    HIDDEN,
    INTERMEDIATE,
    KEY_VALUE_HEADS,
    LAYERS,
    NORM_EPSILON,
    ROPE_THETA,
    VOCABULARY,
)

Rotation = tuple[torch.Tensor, torch.Tensor]  # cosines and sines, each (positions, head size)

_INITIAL_DEVIATION = 0.02


class RmsNorm(nn.Module):
    """Root-mean-square norm, computed in float32."""

    def __init__(self) -> None:
        """Starts with a scale of one."""
        super().__init__()
        self.weight = nn.Parameter(torch.ones(HIDDEN))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Keeps shape and type of x."""
        wide = x.float()
        scaled = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + NORM_EPSILON)
        return scaled.type_as(x) * self.weight.type_as(x)


class Attention(nn.Module):
    """Causal attention with rotary positions and grouped key-value heads."""

    def __init__(self) -> None:
        """Makes the four projections."""
        super().__init__()
        self.q_proj = nn.Linear(HIDDEN, HEADS * HEAD_SIZE, bias=False)
        self.k_proj = nn.Linear(HIDDEN, KEY_VALUE_HEADS * HEAD_SIZE, bias=False)
        self.v_proj = nn.Linear(HIDDEN, KEY_VALUE_HEADS * HEAD_SIZE, bias=False)
        self.o_proj = nn.Linear(HEADS * HEAD_SIZE, HIDDEN, bias=False)

    def forward(self, x: torch.Tensor, rotation: Rotation) -> torch.Tensor:
        """(batch, positions, hidden) to the same shape."""
        batch, positions, _ = x.shape

        def heads(projected: torch.Tensor) -> torch.Tensor:
            return projected.view(batch, positions, -1, HEAD_SIZE).transpose(1, 2)

        q, k, v = heads(self.q_proj(x)), heads(self.k_proj(x)), heads(self.v_proj(x))
        q, k = _rotate(q, rotation), _rotate(k, rotation)
        group = HEADS // KEY_VALUE_HEADS
        k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.o_proj(mixed.transpose(1, 2).reshape(batch, positions, -1))


def _rotate(x: torch.Tensor, rotation: Rotation) -> torch.Tensor:
    cosines, sines = rotation
    half = HEAD_SIZE // 2
    turned = torch.cat((-x[..., half:], x[..., :half]), -1)
    return x * cosines + turned * sines


class Mlp(nn.Module):
    """Gated feed-forward layer."""

    def __init__(self) -> None:
        """Makes the three projections."""
        super().__init__()
        self.gate_proj = nn.Linear(HIDDEN, INTERMEDIATE, bias=False)
        self.up_proj = nn.Linear(HIDDEN, INTERMEDIATE, bias=False)
        self.down_proj = nn.Linear(INTERMEDIATE, HIDDEN, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Keeps the shape of x."""
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Block(nn.Module):
    """Attention and feed-forward layer, each behind a norm and beside a residual path."""

    def __init__(self) -> None:
        """Makes the parts in the order in which transformers names them."""
        super().__init__()
        self.input_layernorm = RmsNorm()
        self.self_attn = Attention()
        self.post_attention_layernorm = RmsNorm()
        self.mlp = Mlp()

    def forward(self, x: torch.Tensor, rotation: Rotation) -> torch.Tensor:
        """Keeps the shape of x."""
        x = x + self.self_attn(self.input_layernorm(x), rotation)
        return x + self.mlp(self.post_attention_layernorm(x))


class Llama(nn.Module):
    """Token ids to logits; the output projection is the embedding."""

    def __init__(self) -> None:
        """Draws the weights; what feeds the residual path starts smaller, by depth."""
        super().__init__()
        self.embed_tokens = nn.Embedding(VOCABULARY, HIDDEN)
        self.layers = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = RmsNorm()
        residual_deviation = _INITIAL_DEVIATION / math.sqrt(2 * LAYERS)
        for name, parameter in self.named_parameters():
            if parameter.dim() > 1:
                residual = name.endswith(("o_proj.weight", "down_proj.weight"))
                deviation = residual_deviation if residual else _INITIAL_DEVIATION
                nn.init.normal_(parameter, std=deviation)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """(batch, positions) ids to (batch, positions, vocabulary) logits."""
        x = self.embed_tokens(ids)
        dtype = torch.bfloat16 if torch.is_autocast_enabled() else x.dtype
        rotation = _rotation(ids.shape[1], ids.device, dtype)
        for layer in self.layers:
            x = layer(x, rotation)
        return F.linear(self.norm(x), self.embed_tokens.weight)


def _rotation(positions: int, device: torch.device, dtype: torch.dtype) -> Rotation:
    exponents = torch.arange(0, HEAD_SIZE, 2, device=device).float() / HEAD_SIZE
    frequencies = 1.0 / ROPE_THETA**exponents
    angles = torch.outer(torch.arange(positions, device=device).float(), frequencies)
    angles = torch.cat((angles, angles), -1)
    return angles.cos().to(dtype), angles.sin().to(dtype)


def next_token_loss(model: Llama, ids: torch.Tensor) -> torch.Tensor:
    """Mean cross entropy, in nats a token, of predicting each token from those before it."""
    logits = model(ids[:, :-1])
    targets = ids[:, 1:].reshape(-1).long()
    return F.cross_entropy(logits.reshape(-1, logits.shape[-1]).float(), targets)
