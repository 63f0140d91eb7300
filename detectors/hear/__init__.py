"""HeAR in a process of its own; TensorFlow is imported here, in `model.py`, and nowhere else."""
