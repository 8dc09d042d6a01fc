"""Fakes and contract suites for everybody who writes an adapter."""
