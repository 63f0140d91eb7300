"""What stands behind each word of the pipeline: the only place that names concrete classes."""
