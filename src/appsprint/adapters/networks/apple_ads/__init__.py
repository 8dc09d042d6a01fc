"""Apple Ads: the AdServices API, and a stand-in for it."""
