"""The HTTP server: click redirects, SDK routes, the management API."""
