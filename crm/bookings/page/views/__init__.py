"""The pages: choosing (book), the visit (visit), and the salon's settings of it (settings)."""
