"""What annotators wrote: where it stands, which recording it belongs to, and what is wrong."""
