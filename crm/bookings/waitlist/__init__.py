"""Guests who wait for a place, and what they are offered when one becomes free."""
