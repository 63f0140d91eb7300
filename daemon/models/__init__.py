"""Foreign models: fetched from the hub once, checked, and kept in the data directory."""
