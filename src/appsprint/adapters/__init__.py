"""The outside world behind the ports: stores, ad networks, secrets, the spool."""
