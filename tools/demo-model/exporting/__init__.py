"""From trained weights to the shipped folder, and the measurements of the README."""

import os

# Before a module of this package loads onnxruntime, whose telemetry is on otherwise.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
