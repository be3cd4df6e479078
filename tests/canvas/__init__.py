"""The flow canvas on a page of its own, served without Django: for what its browser tests and benches look at."""
