"""Settings: run (every process), test, build (tools without a database); base is what they share."""
