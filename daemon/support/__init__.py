"""What helps somebody else to find a fault, without anything that was heard."""
