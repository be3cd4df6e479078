"""The page of API keys."""
