"""The use cases: each loads, asks the domain, stores and commits."""
