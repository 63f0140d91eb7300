"""Whether the daemon is well: health, status, watchdog, upkeep, doctor."""
