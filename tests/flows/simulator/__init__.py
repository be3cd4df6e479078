"""Tests of what flows are tried with."""
