"""What leaves the daemon over ZeroMQ: publisher, replay, and the parts of the client."""
