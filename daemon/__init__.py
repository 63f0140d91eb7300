"""The running program: sources, pipeline, stream and command line."""
