"""The management API under ``/api/v1``: parse, call one service, render."""
