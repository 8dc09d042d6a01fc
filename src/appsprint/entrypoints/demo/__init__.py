"""The demonstration: two weeks of believable traffic, played against the real routes."""
