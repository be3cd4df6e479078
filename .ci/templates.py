"""Compile every template of the project: a misspelled tag fails here, not on a person's screen."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> int:
    """The number of templates that do not compile, at most 1."""
    import django

    django.setup()
    from django.template import engines

    engine = engines["django"]
    folders = [folder for folder in map(Path, engine.template_dirs) if folder.is_relative_to(ROOT)]
    files = {
        file.relative_to(folder)
        for folder in folders
        if ".venv" not in folder.parts
        for file in folder.rglob("*")
        if file.suffix in {".html", ".txt", ".xml"}
    }
    broken = 0
    for name in sorted(files):
        try:
            engine.get_template(str(name))
        except Exception as error:
            broken += 1
            print(f"{name}: {error}")
    print(f"{len(files)} templates compiled")
    return min(broken, 1)


if __name__ == "__main__":
    sys.exit(main())
