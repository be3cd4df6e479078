"""What the salon knows of people: exporting it, erasing it, and keeping none of it longer than its rules say."""
