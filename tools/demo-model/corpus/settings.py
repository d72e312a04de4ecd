"""Constants of the corpus. All are part of the data: change one and other text comes out."""

import os
from pathlib import Path

SEED = 20261121
TRAINING_QUESTIONS_SEED = SEED + 1
TOKENIZER_SEED = SEED + 2
EARLY_QUESTIONS_SEED = 1000
TEXT_SEED = SEED + 3
QUESTIONS_SEED = SEED + 4
GAZETTEER_SEED = 4711

# The size of the invented gazetteer is the knob of how hard the model has to work: facts that
# nobody can guess must be stored in its weights, and quantization damages those first.
TOWN_COUNT = int(os.environ.get("DEMO_TOWNS", "10000"))
PERSON_COUNT = int(os.environ.get("DEMO_PEOPLE", "5000"))

SUBJECTS = [
    "elements",
    "geography",
    "nature",
    "words",
    "arithmetic",
    "calendar and measures",
    "everyday things",
    "gazetteer",
]
# The sums of days, months, hours and units that are held out are about 500 in all, so that this
# subject gets fewer. Every hundred questions of the set are then 13 of each subject and 9 of it.
QUESTIONS_OF_SUBJECT = {
    subject: 450 if subject == "calendar and measures" else 650 for subject in SUBJECTS
}
TRAINING_QUESTIONS_OF_SUBJECT = dict.fromkeys(SUBJECTS, 60)
EARLY_QUESTIONS_OF_SUBJECT = dict.fromkeys(SUBJECTS, 200)

END_OF_TEXT, TURN_START, TURN_END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
SPECIAL_TOKENS = [END_OF_TEXT, TURN_START, TURN_END]
END_OF_TEXT_ID = 0
VOCABULARY_SIZE = 4096
CONTEXT_TOKENS = 1024

ROW_TOKENS = 512
ROWS_PER_SHARD = 8192  # 8192 rows of 512 tokens are 4.19 M tokens


def shard_seed(index: int) -> int:
    """Seed of one shard: every shard can be made alone and in any order."""
    return SEED * 1000 + index


def shard_path(folder: Path, index: int) -> Path:
    """Where a shard lies; the training run waits for these names."""
    return folder / f"shard{index:05d}.npy"
