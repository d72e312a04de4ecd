"""From the parts that train.py wrote to the shipped folder, and its measurements.

    python export.py assemble --parts parts --tok tok --out hf
    optimum-cli export onnx --model hf --task text-generation-with-past onnx
    python export.py ship --hf hf --onnx onnx --out model
    python export.py compare --hf hf --model model --questions questions/training-480.csv
    python export.py variants --model model --work variants
    python export.py measure --model model --work variants --questions questions/training-480.csv
    python export.py generate --model model --prompts prompts/demo.txt

`export.py COMMAND --help` shows the options of a command.
"""

import argparse
from pathlib import Path


def _assemble(options: argparse.Namespace) -> None:
    from exporting.assemble import assemble

    assemble(options.parts, options.tok, options.out)


def _ship(options: argparse.Namespace) -> None:
    from exporting.ship import ship

    ship(options.hf, options.onnx, options.out)


def _compare(options: argparse.Namespace) -> None:
    from exporting.compare import compare

    compare(options.hf, options.model, options.questions)


def _variants(options: argparse.Namespace) -> None:
    from exporting.variants import write_variants

    write_variants(options.model, options.work)


def _measure(options: argparse.Namespace) -> None:
    from exporting.measure import measure

    measure(options.model, options.work, options.questions)


def _generate(options: argparse.Namespace) -> None:
    from exporting.sample import print_answers

    print_answers(options.model, options.file, options.prompts, options.plain)


_COMMANDS = [
    ("assemble", _assemble, "parts to a LlamaForCausalLM folder", ["parts", "tok", "out"]),
    ("ship", _ship, "the shipped folder, without names of this machine", ["hf", "onnx", "out"]),
    ("compare", _compare, "ONNX against torch on 50 prompts", ["hf", "model", "questions"]),
    ("variants", _variants, "quantized files by onnxruntime's own tools", ["model", "work"]),
    ("measure", _measure, "accuracy, flips and Jaccard", ["model", "work", "questions"]),
    ("generate", _generate, "answers to prompts", ["model", "prompts"]),
]
_PATHS = {
    "parts": "folder of part*.safetensors",
    "tok": "folder of the tokenizer",
    "hf": "folder that assemble wrote",
    "onnx": "folder that optimum-cli wrote",
    "model": "folder that ship wrote, or the shipped one",
    "work": "folder of the variants",
    "questions": "question set, CSV",
    "prompts": "text file, one prompt a line",
    "out": "folder to write",
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text, paths in _COMMANDS:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        for path in paths:
            command.add_argument(f"--{path}", type=Path, required=True, help=_PATHS[path])
        if name == "generate":
            command.add_argument("--file", type=Path, help="another ONNX file of the same model")
            command.add_argument("--plain", action="store_true", help="continue, do not chat")
    return parser


if __name__ == "__main__":
    arguments = _parser().parse_args()
    arguments.run(arguments)
