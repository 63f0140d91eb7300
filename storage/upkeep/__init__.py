"""Keeping the store whole: backup, check-up, repair, retention, room on the disk."""
