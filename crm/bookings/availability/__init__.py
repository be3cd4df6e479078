"""When a visit can begin: a pure function over intervals."""
