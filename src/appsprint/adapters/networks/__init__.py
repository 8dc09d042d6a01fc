"""The ad networks, one folder each."""
