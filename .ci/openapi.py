"""Compare the API's OpenAPI document with the kept one; `python .ci/openapi.py --write` keeps the new one.

A difference is a change of the contract: write it into CHANGELOG.md and keep the new document in the same commit.
"""

import difflib
import json
import os
import sys
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "api" / "openapi.json"
SHOWN_LINES = 60
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.build")


def document() -> str:
    """The document of this code, as text."""
    import django

    django.setup()
    from django.conf import settings
    from drf_spectacular.generators import SchemaGenerator

    schema = SchemaGenerator(urlconf=settings.SALON_URLCONF).get_schema(request=None, public=True)
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False, default=str) + "\n"


def main() -> int:
    """1 when the documents differ."""
    now = document()
    if "--write" in sys.argv:
        KEPT.write_text(now)
        return 0
    kept = KEPT.read_text() if KEPT.is_file() else ""
    if now == kept:
        return 0
    difference = difflib.unified_diff(kept.splitlines(), now.splitlines(), "api/openapi.json", "this code", lineterm="")
    print("\n".join(islice(difference, SHOWN_LINES)))
    print(
        "The API changed. If that is meant: note it in CHANGELOG.md and run `.venv/bin/python .ci/openapi.py --write`."
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
