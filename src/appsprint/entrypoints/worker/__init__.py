"""The loops beside the server: send deliveries, import costs, replay the spool."""
