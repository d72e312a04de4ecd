"""From trained weights to the shipped folder, and the measurements of the README."""
