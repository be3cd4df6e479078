"""The salon's calendar: days with a column for each professional, what stands in them, and all that is done there."""
