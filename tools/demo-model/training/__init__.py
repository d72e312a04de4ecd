"""Trains the demo model with a plain PyTorch loop on one GPU."""
