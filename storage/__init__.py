"""What survives: events, coverage, outbox and rollup, and the questions asked of them."""
