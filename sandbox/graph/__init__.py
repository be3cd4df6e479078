"""The part of Meta's Graph API that the product calls."""
