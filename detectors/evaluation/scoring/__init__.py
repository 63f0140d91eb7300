"""From claims and annotations to scores and their intervals: pure functions of both."""
