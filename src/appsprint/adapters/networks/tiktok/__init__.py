"""Everything that knows TikTok: OAuth, Events API, costs, its answers."""
