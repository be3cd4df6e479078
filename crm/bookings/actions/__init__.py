"""Writing bookings and what they are made of: a verb does the row, the audit line and the event."""
