"""An embedder on another machine, spoken to by the Open Inference Protocol."""
