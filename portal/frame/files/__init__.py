"""Files that people save: safe for spreadsheets, made while they are sent."""
