"""The ruler: what a detector's claims are worth against what people annotated."""
