"""Makes the corpus, the tokenizer and the question sets of the demo model.

Everything comes from the tables in `tables`, the templates in `corpus` and a seed: no other text,
no downloads. `generate.py COMMAND --help` shows the options of a command.
"""

import argparse
import os
from pathlib import Path


def _sample(options: argparse.Namespace) -> None:
    from corpus.inspection import print_samples

    print_samples(options.seed)


def _questions(options: argparse.Namespace) -> None:
    from corpus import questions
    from corpus.question_file import write_csv

    options.out.mkdir(parents=True, exist_ok=True)
    for name, items in (
        ("demo.csv", questions.shipped_set()),
        ("training-480.csv", questions.training_set()),
        ("early-1600.csv", questions.early_set()),
    ):
        write_csv(options.out / name, items)
        print(name, len(items), "items")


def _text(options: argparse.Namespace) -> None:
    from corpus.running_text import write_text

    write_text(options.out)


def _tokenizer(options: argparse.Namespace) -> None:
    from corpus.tokenizer import train_tokenizer

    train_tokenizer(options.out)


def _shards(options: argparse.Namespace) -> None:
    from corpus.shards import write_shards

    write_shards(options.tok, options.out, options.first, options.last, options.workers)


def _verify(options: argparse.Namespace) -> None:
    from corpus.check import verify_shards

    print(verify_shards(options.first, options.last))


def _speed(options: argparse.Namespace) -> None:
    from corpus.inspection import print_speed

    print_speed(options.tok)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    def folder(added: argparse.ArgumentParser, name: str, text: str) -> None:
        added.add_argument(name, type=Path, required=True, metavar="DIR", help=text)

    def shard_range(added: argparse.ArgumentParser) -> None:
        added.add_argument("--first", type=int, default=0, help="index of the first shard")
        added.add_argument("--last", type=int, default=0, help="index of the last shard")

    sample = command("sample", _sample, "print six documents of every kind")
    sample.add_argument("--seed", type=int, default=0)
    folder(
        command("questions", _questions, "write demo.csv, which is shipped, and two earlier sets"),
        "--out",
        "folder for the question sets",
    )
    text = command("text", _text, "write running text for perplexity, 90 kB")
    text.add_argument("--out", type=Path, required=True, help="file to write")
    folder(
        command("tokenizer", _tokenizer, "train the tokenizer and write its three files"),
        "--out",
        "folder for the tokenizer",
    )
    shards = command("shards", _shards, "write token shards of 8192 rows of 512 tokens")
    folder(shards, "--tok", "folder of the tokenizer")
    folder(shards, "--out", "folder for the shards")
    shard_range(shards)
    shards.add_argument("--workers", type=int, default=os.cpu_count(), help="processes")
    shard_range(command("verify", _verify, "look for held-out questions in these shards"))
    speed = command("speed", _speed, "time each step and show the share of each kind of document")
    folder(speed, "--tok", "folder of the tokenizer")
    return parser


if __name__ == "__main__":
    arguments = _parser().parse_args()
    arguments.run(arguments)
