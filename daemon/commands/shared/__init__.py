"""What several verbs share. No verb is known here."""
