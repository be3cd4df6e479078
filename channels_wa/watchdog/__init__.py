"""Looks after numbers: how healthy each is, what that means for its campaigns, how fast a new one may grow."""
