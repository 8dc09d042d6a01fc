"""Worlds with known truth: who tapped which ad, where, and who installed because of it.

Nothing here knows the rule of credit or its constants, so a world can judge the rule.
"""
