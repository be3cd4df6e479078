"""Fetch the vendored files again: for a maintainer with node and npm, never needed at set-up.

    python static/vendor/update.py

Edit LIBRARIES (or ICONS), run, look at the difference, commit. The files come by `npm pack`, whatever source npm is set up for; each is kept
under `<library>/<version>/` with its hash in `vendor.lock.json`, which `python -m portal.frame.vendored` compares.
"""

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
LOCK = HERE / "vendor.lock.json"
# Names a map that is not shipped: the manifest storage refuses a file that refers to a missing one.
SOURCE_MAP = re.compile(rb"\s*(//# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ \*/)\s*$")


@dataclass(frozen=True)
class Library:
    """One package: its name for npm, and which of its files are kept under which name."""

    folder: str
    package: str
    version: str
    licence: str
    files: dict[str, str] = field(default_factory=dict)


LIBRARIES = [
    # Its JavaScript stays out: menus are <details>, dialogs are <dialog>, and 39 KB are saved on every page.
    Library("tabler", "@tabler/core", "1.6.1", "MIT", {"dist/css/tabler.min.css": "tabler.min.css"}),
    Library("htmx", "htmx.org", "2.0.11", "0BSD", {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"}),
    # One file with all its views. It sets styles by the CSSOM alone, which our policy lets pass: look again with each version.
    Library(
        "event-calendar",
        "@event-calendar/build",
        "5.10.1",
        "MIT",
        {"dist/event-calendar.min.js": "event-calendar.min.js", "dist/event-calendar.min.css": "event-calendar.min.css"},
    ),
    Library("tabler-icons", "@tabler/icons", "3.51.0", "MIT", {"LICENSE": "LICENSE"}),
]

# The sprite holds only what the pages use: a new icon is one word here and a run of this script.
ICONS = """
    home inbox message-circle users user sitemap calendar speakerphone settings menu-2 sun moon device-desktop logout login language
    check checks clock alert-triangle alert-circle info-circle x chevron-right chevron-left chevron-down arrow-left arrow-right
    arrow-down arrow-back-up search send player-play player-stop git-branch help-circle variable flag hourglass history plus mail phone robot
    refresh dots-vertical building-store circle-check circle-x circle-dot photo microphone video file-text map-pin address-book
    mood-smile sticker external-link lock key bolt wifi-off list eye ban heart list-details circle-plus tag
    device-mobile-message plug-connected urgent circle-dashed bell webhook heartbeat flame paperclip download
    upload cake share archive git-compare versions test-pipe player-pause player-skip-forward filter world user-plus user-check headset
    switch-horizontal arrows-split rotate layout-grid star credit-card chart-bar
    arrow-forward-up arrow-up copy trash note grip-vertical arrows-maximize marquee-2 hierarchy-2 pencil unlink clipboard copy-plus
    ear calendar-time shield-check layout-kanban checkbox trophy
    calendar-plus walk printer repeat
""".split()


def fetch(library: Library, folder: Path) -> Path:
    """Download one package and unpack it; the folder it was unpacked to."""
    name = f"{library.package}@{library.version}"
    done = subprocess.run(["npm", "pack", name, "--silent"], cwd=folder, check=True, capture_output=True, text=True)
    target = folder / library.folder
    with tarfile.open(folder / done.stdout.split()[-1]) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def keep(library: Library, source: Path) -> None:
    """Copy the wanted files to their place, in place of what was there for any version."""
    shutil.rmtree(HERE / library.folder, ignore_errors=True)
    target = HERE / library.folder / library.version
    target.mkdir(parents=True)
    for wanted, name in library.files.items():
        (target / name).write_bytes(SOURCE_MAP.sub(b"\n", (source / wanted).read_bytes()))
    if library.folder == "tabler-icons":
        (target / "sprite.svg").write_text(sprite(source / "icons" / "outline"))


def sprite(icons: Path) -> str:
    """One SVG with a symbol for each icon, referred to as sprite.svg#name."""
    symbols = []
    for name in sorted(ICONS):
        body = re.sub(r"\s+", " ", (icons / f"{name}.svg").read_text())
        drawing = re.sub(r"^.*?<svg[^>]*>|</svg>.*$|<path stroke=\"none\" d=\"M0 0h24v24H0z\" fill=\"none\" />", "", body)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{drawing.strip()}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def entry(library: Library) -> dict[str, object]:
    """What the lock says of one library."""
    folder = HERE / library.folder / library.version
    hashes = {
        str(path.relative_to(HERE)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return {
        "name": library.package,
        "version": library.version,
        "licence": library.licence,
        "files": hashes,
    }


def main() -> None:
    """Fetch all and write the lock."""
    with tempfile.TemporaryDirectory() as folder:
        for library in LIBRARIES:
            keep(library, fetch(library, Path(folder)))
    LOCK.write_text(json.dumps({"libraries": [entry(library) for library in LIBRARIES]}, indent=2) + "\n")


if __name__ == "__main__":
    main()
