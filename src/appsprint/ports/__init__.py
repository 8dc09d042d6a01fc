"""What the services need from outside: one protocol per module."""
