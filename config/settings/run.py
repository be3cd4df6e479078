"""Settings of every running process; refuses to start without its secrets."""

import sys

from config.env import env

if missing := env.missing():
    sys.exit(
        f"Missing configuration: {', '.join(missing)}. Set each in the environment or give a file by <NAME>_FILE; "
        "for a demo on this machine run `make up`, which makes them itself."
    )

from config.settings.base import *  # noqa: F403
