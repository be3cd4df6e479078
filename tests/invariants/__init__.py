"""What must hold whatever happens: one file for each of INVARIANTS.md, with its number."""
