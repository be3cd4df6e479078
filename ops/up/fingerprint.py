"""Whether the database was prepared for this very code."""

import hashlib
from pathlib import Path

SKIPPED = {".venv", ".state", ".git", "static", "node_modules"}


def of_migrations(root: Path, database_url: str) -> str:
    """A word that changes when a migration, a pinned package or the database changes."""
    digest = hashlib.sha256(database_url.encode())
    folders = [folder for folder in sorted(root.iterdir()) if folder.is_dir() and folder.name not in SKIPPED]
    files = [file for folder in folders for file in folder.rglob("migrations/*.py")]
    for file in [*sorted(files), root / "requirements" / "base.lock"]:
        if file.is_file():
            digest.update(str(file.relative_to(root)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()
