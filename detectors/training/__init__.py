"""How the shipped gate, open embedder and probe are made (needs the extra `train`)."""
