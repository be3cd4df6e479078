"""All that the salon knows of one contact, as one signed file."""
