"""Clicks that the store could not take, kept in a file until it can."""
