"""Ready flows for salons, as JSON beside this file."""
