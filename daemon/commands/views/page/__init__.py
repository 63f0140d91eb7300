"""What was heard, as one web page."""
