"""HeAR in a process of its own, which alone loads TensorFlow or torch for it."""
