"""The training run."""

import argparse
import json
import math
import time
from pathlib import Path

import torch

from architecture import TRAINED_POSITIONS
from training.checkpoint import load_parts, save_parts
from training.evaluate import QuestionSet, report
from training.fake_quantize import KINDS
from training.model import Llama, next_token_loss
from training.shard_stream import ShardStream

_LOG_STEPS = 100
_PRINT_STEPS = 500


def train(options: argparse.Namespace) -> None:
    """Trains, measures and writes the weights and train.json into `options.out`."""
    started = time.time()
    device = options.device
    torch.manual_seed(options.seed)
    _allow_tf32(True)
    questions = QuestionSet(options.questions, options.tok, device)
    model = Llama().to(device)
    if options.init:
        load_parts(model, options.init)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    print(parameters, "parameters", _device_name(device), torch.__version__, flush=True)
    stream = ShardStream(options.shards, options.rows, device)
    log, tokens = _run_steps(model, stream, questions, options, started)
    seconds = time.time() - started
    _allow_tf32(False)
    results = report(model, questions, KINDS)
    save_parts(model, options.out, options.nsave)
    final_loss = log[-1][2] if log else None
    summary = {
        "args": {
            name: str(value) if isinstance(value, Path) else value
            for name, value in vars(options).items()
        },
        "tokens": tokens,
        "seconds": round(seconds),
        "waited": round(stream.waited_seconds),
        "final_loss": final_loss,
        "gpu": _device_name(device),
        "torch": torch.__version__,
        "log": log[::10],
        "eval": results,
    }
    (options.out / "train.json").write_text(json.dumps(summary))
    print(f"done: {tokens / 1e6:.0f} M tokens in {seconds:.0f} s, final loss {final_loss}")


def _run_steps(
    model: Llama,
    stream: ShardStream,
    questions: QuestionSet,
    options: argparse.Namespace,
    started: float,
) -> tuple[list[tuple[int, int, float]], int]:
    """Gives the log, rows of (step, tokens seen, mean loss), and the tokens seen."""
    optimizer = _optimizer(model, options)
    loss_of = torch.compile(next_token_loss) if options.device == "cuda" else next_token_loss
    tokens_per_step = options.rows * TRAINED_POSITIONS
    steps = int(options.tokens / tokens_per_step)
    check_steps = max(1, steps // options.checks)
    log: list[tuple[int, int, float]] = []
    tokens = 0
    loss_sum = torch.zeros((), device=options.device)
    logged = time.time()
    for step in range(1, steps + 1):
        ids = stream.batch()
        rate = learning_rate(step, steps, options.lr, options.warmup)
        for group in optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast(options.device, dtype=torch.bfloat16):
            loss = loss_of(model, ids)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        tokens += ids.numel()
        loss_sum += loss.detach()
        if step % _LOG_STEPS == 0:
            mean_loss = loss_sum.item() / _LOG_STEPS
            loss_sum.zero_()
            now = time.time()
            log.append((step, tokens, round(mean_loss, 4)))
            if step % _PRINT_STEPS == 0 or step == _LOG_STEPS:
                speed = _LOG_STEPS * tokens_per_step / (now - logged)
                print(
                    f"step {step}/{steps} tokens {tokens / 1e6:.0f} M loss {mean_loss:.4f}"
                    f" lr {rate:.5f} {speed / 1e6:.2f} M tok/s, {now - started:.0f} s,"
                    f" waited {stream.waited_seconds:.0f} s",
                    flush=True,
                )
            logged = now
            if now - started > options.minutes * 60:
                print("time is up", flush=True)
                break
        if step % check_steps == 0 and step < steps:
            report(model, questions, ("int4",))
    return log, tokens


def learning_rate(step: int, steps: int, peak: float, warmup: int) -> float:
    """Linear warm-up, then a cosine that ends at 1 % of the peak; steps count from 1."""
    progress = min(1.0, (step - 1) / steps)
    cosine = 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress))
    return peak * (min(1.0, step / warmup) * cosine)


def _optimizer(model: Llama, options: argparse.Namespace) -> torch.optim.AdamW:
    """AdamW; only matrices decay, the scales of the norms do not."""
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.dim() > 1], "weight_decay": options.wd},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=options.lr, betas=(0.9, 0.95), eps=1e-8, fused=True)


def _allow_tf32(allowed: bool) -> None:
    torch.set_float32_matmul_precision("high" if allowed else "highest")
    torch.backends.cuda.matmul.allow_tf32 = allowed


def _device_name(device: str) -> str:
    return torch.cuda.get_device_name() if device == "cuda" else device
