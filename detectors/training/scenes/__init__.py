"""Ten seconds of a room that never was: clips and mockups on a background, with their marks."""
