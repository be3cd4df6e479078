"""Files that travel with messages: photos, voices, videos, documents, stickers."""
