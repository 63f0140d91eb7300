"""Sound kept beside counted coughs where it was asked for: encrypted, bounded, forgotten."""
