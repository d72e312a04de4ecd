"""Shape of the demo model: a Llama with 7,344,384 parameters and tied embeddings."""

VOCABULARY = 4096
HIDDEN = 256
INTERMEDIATE = 768
LAYERS = 8
HEADS = 4
KEY_VALUE_HEADS = 2
HEAD_SIZE = 64
ROPE_THETA = 10000.0
NORM_EPSILON = 1e-5
MAX_POSITIONS = 1024  # what the config allows; training saw 512
TRAINED_POSITIONS = 512
