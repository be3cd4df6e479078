"""Erasing a contact: cut loose at once, then everything of theirs, a batch at a time, until a search finds nothing."""
