"""Hours of audio through the real daemon with faults at random, ending in a balance of zero."""
