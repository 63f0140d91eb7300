"""The pipeline between scripted clock, disk, device and embedder; the same for the same seed."""
