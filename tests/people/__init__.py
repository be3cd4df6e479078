"""People: contacts, what is known of them, and finding them."""
