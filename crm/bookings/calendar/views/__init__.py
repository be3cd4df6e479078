"""The calendar's pages, dialogs and what its browser asks for."""
