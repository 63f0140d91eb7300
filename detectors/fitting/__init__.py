"""Fitting a site's own probe on embeddings, by HeAR's protocol."""
