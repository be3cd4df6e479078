"""Message templates: made, reviewed, paused, sent (WHATSAPP.md §4, §5, §6)."""
