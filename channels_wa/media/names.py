"""Names of files that somebody gave: shown, and offered when saving; never a path."""

import re
import unicodedata

LONGEST = 120
# What a shell, a browser or a file system could read something into.
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
# What a system runs when one opens it, whatever the bytes are.
_RUNS = re.compile(
    r"\.(exe|com|bat|cmd|scr|pif|msi|msp|vb[se]|jse?|ws[fh]?|ps1|hta|cpl|jar|lnk|reg|ap[kp]|sh|x?html?|svg|url|desktop|scf|"
    r"chm)$",
    re.IGNORECASE,
)


def safe_name(given: str) -> str:
    """The last part of it, without what could be more than a name; nothing if nothing is left."""
    # Also without marks that turn the direction of writing: they hide an ending.
    words = "".join(one for one in given[:1000] if unicodedata.category(one) not in ("Cf", "Cs", "Co"))
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", words))[-1]
    name = " ".join(_FORBIDDEN.sub(" ", last).split()).strip(". ")
    if len(name) > LONGEST:
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[: LONGEST - len(ending) - 1]}.{ending}" if dot and len(ending) <= 10 else name[:LONGEST]
    if _RUNS.search(name):
        name += ".txt"
    return name


ENDINGS = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "audio/ogg": "ogg",
    "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/aac": "aac", "audio/amr": "amr", "video/mp4": "mp4",
    "video/3gpp": "3gp", "video/quicktime": "mov", "application/pdf": "pdf", "text/plain": "txt",
}  # fmt: skip


def name_to_save(name: str, *, kind: str, mime_type: str, at: str) -> str:
    """The given name, or one that says what it is and when it came."""
    return name or f"{kind}-{at}.{ENDINGS.get(mime_type, 'bin')}"
