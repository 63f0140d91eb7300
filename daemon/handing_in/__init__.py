"""How commands give a running daemon what it shall write: by files that it takes."""
