"""Trying flows: the phone beside the drawing, conversations that must go as written, and runs played again."""
