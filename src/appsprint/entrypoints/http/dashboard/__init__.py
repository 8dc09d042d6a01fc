"""The dashboard: server-rendered pages over the same services that the API calls.

A page is one module and one template; see ``docs/concepts/dashboard.md``.
"""
