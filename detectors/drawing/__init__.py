"""Charts and web pages as text, for whatever has something to show."""
