"""What people are shown: tables, lines and bars. No verb is known here."""
