"""An evaluation as a document: what JSON, terminal and page say alike."""
