"""Samples in, coughs out: gate, windows, embedders, probe, and their training."""
