"""What a guest's own words say to a reminder. Pure functions: no database, no clock of their own."""
