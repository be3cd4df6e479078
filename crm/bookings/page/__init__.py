"""The salon's public booking page: no log-in, no cookie, no JavaScript needed (docs/adr/0027)."""
