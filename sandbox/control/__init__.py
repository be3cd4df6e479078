"""Addresses under /_sandbox/: what tests, the demo and the phone page ask of the world itself (docs/sandbox.md)."""
