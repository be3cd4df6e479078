"""Where large things of salons lie: a local folder, or an S3-compatible store, by STORAGE_URL.

Keys are made here and nowhere else: the salon's id, then chance. Nothing that somebody wrote is part of one.
"""

import os
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from config.env import env
from ops.storage.base import Missing, Storage, StorageError, Writer, new_key, salon_of
from ops.storage.folder import Folder

__all__ = ["Missing", "Storage", "StorageError", "Writer", "new_key", "outside", "salon_of", "storage"]


def storage() -> Storage:
    """The configured store."""
    return _at(env.storage_url or (env.state_dir / "media").as_uri(), os.getpid())


def outside() -> Storage:
    """Where lies what no backup may hold: the erasure ledger and the shares of contacts' keys (ADR 34)."""
    return _at(env.erasure_ledger_url, os.getpid()) if env.erasure_ledger_url else storage()


@cache
def _at(url: str, _process: int) -> Storage:
    # Connections are not shared with a forked child.
    return storage_at(url)


def storage_at(url: str) -> Storage:
    """The store of an address. Raises ValueError for one that nobody knows."""
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc:
        return Folder(Path(unquote(parts.path)))
    if parts.scheme in ("s3", "s3+http"):
        from ops.storage.s3 import Bucket  # late: its library is large, and a folder needs none of it

        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        host = parts.netloc.rpartition("@")[2]
        return Bucket(
            endpoint=f"{'http' if parts.scheme == 's3+http' else 'https'}://{host}" if host else None,
            bucket=parts.path.strip("/"),
            access_key=unquote(parts.username or ""),
            secret_key=unquote(parts.password or ""),
            region=query.get("region", "us-east-1"),
        )
    raise ValueError("STORAGE_URL must be file:///folder or s3://key:secret@host/bucket?region=…")
