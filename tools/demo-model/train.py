"""Trains the demo model on the shards of generate.py, on one GPU.

    python train.py --tok tok --questions questions/training-480.csv --shards shards --out parts \\
        --tokens 1.7e9 --rows 256 --lr 3e-3 --wd 0 --warmup 300 --seed 1

Every shard is deleted once it has been read. The data are deterministic, the run on a GPU is not
bit for bit. Afterwards `export.py assemble` makes a model folder of the parts.
"""

import argparse
from pathlib import Path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )

    def option(name: str, kind: type, default: object, text: str) -> None:
        parser.add_argument(name, type=kind, default=default, help=f"{text} ({default})")

    def path(name: str, text: str) -> None:
        parser.add_argument(name, type=Path, required=True, help=text)

    path("--tok", "folder of the tokenizer")
    path("--questions", "question set (CSV) for the checks, held out from the shards")
    path("--shards", "folder in which the shards appear")
    path("--out", "folder for part*.safetensors and train.json")
    option("--tokens", float, 1.2e9, "tokens to train on")
    option("--rows", int, 512, "rows of 512 tokens in a step")
    option("--lr", float, 3e-3, "peak learning rate")
    option("--wd", float, 0.1, "weight decay of the matrices")
    option("--warmup", int, 300, "steps of warm-up")
    option("--seed", int, 1, "seed of the weights")
    option("--minutes", float, 9.5, "stop after this time, also before the last token")
    option("--nsave", int, 2, "number of weight files")
    option("--checks", int, 6, "number of checks on the questions during the run")
    parser.add_argument("--init", type=Path, help="folder of an earlier run to start from")
    parser.add_argument(
        "--device",
        choices=["cuda", "cpu"],
        default="cuda",
        help="cpu is only for trying the script with a few thousand tokens (cuda)",
    )
    return parser


def main() -> None:
    """Reads the command line and trains; torch is loaded only when there is something to do."""
    options = _parser().parse_args()
    from training.loop import train

    train(options)


if __name__ == "__main__":
    main()
