"""App Sprint Attribution: self-hosted mobile attribution, from ad click to campaign report."""

__version__ = "0.1.0"
