"""Makes a LlamaForCausalLM folder of the parts that train.py wrote."""

import shutil
from pathlib import Path

from safetensors.torch import load_file
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

import architecture as shape

TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")

_END_OF_TEXT_ID = 0
_TURN_END_ID = 2


def assemble(parts: Path, tokenizer: Path, out: Path) -> None:
    """Saves model and tokenizer; a missing or unknown tensor in the parts raises."""
    state = {}
    for path in sorted(parts.glob("part*.safetensors")):
        state.update(load_file(path))
    state["lm_head.weight"] = state["model.embed_tokens.weight"]
    model = LlamaForCausalLM(_config())
    print(model.load_state_dict(state, strict=True))
    model.tie_weights()
    model.eval()
    # Generation may end a turn or a document; the config names only the end of a turn.
    model.generation_config = GenerationConfig(
        bos_token_id=_END_OF_TEXT_ID,
        eos_token_id=[_END_OF_TEXT_ID, _TURN_END_ID],
        pad_token_id=_END_OF_TEXT_ID,
        max_new_tokens=128,
    )
    model.save_pretrained(out)
    for name in TOKENIZER_FILES:
        shutil.copy(tokenizer / name, out)
    print(sum(parameter.numel() for parameter in model.parameters()), "parameters")


def _config() -> LlamaConfig:
    return LlamaConfig(
        vocab_size=shape.VOCABULARY,
        hidden_size=shape.HIDDEN,
        intermediate_size=shape.INTERMEDIATE,
        num_hidden_layers=shape.LAYERS,
        num_attention_heads=shape.HEADS,
        num_key_value_heads=shape.KEY_VALUE_HEADS,
        head_dim=shape.HEAD_SIZE,
        max_position_embeddings=shape.MAX_POSITIONS,
        rope_theta=shape.ROPE_THETA,
        rms_norm_eps=shape.NORM_EPSILON,
        tie_word_embeddings=True,
        bos_token_id=_END_OF_TEXT_ID,
        eos_token_id=_TURN_END_ID,
        pad_token_id=_END_OF_TEXT_ID,
        hidden_act="silu",
    )
