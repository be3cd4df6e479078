"""Stand-ins with a memory for the outside world. Imports nothing of the product; nothing of it imports this."""
