"""The networks of gate and embedder, what they are shown, and how they learn."""
