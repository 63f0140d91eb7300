"""What is stored, open and reachable, as the operating system says it; and how to forget it."""
