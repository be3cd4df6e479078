"""Bookings in other calendars: the file of a visit, and the address that a professional's own calendar reads."""
