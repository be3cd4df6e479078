"""The erasure ledger: who was erased, outside of every backup, so that a restored database is told before it opens."""
