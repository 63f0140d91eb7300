"""An evaluation as one web page, with its charts and spectrograms."""
