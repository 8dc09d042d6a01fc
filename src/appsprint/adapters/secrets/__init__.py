"""Encryption at rest: AES-GCM under one key, which is named in every sealed text."""
