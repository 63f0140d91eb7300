"""The same pipeline on recordings: scanning and evaluating."""
