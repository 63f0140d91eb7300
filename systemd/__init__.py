"""The units as they are installed: files only, no code."""
