"""`python -m tests.invariants.one_worker [SECONDS]`: a worker's work until nothing is due. May die."""

import os
import sys
from datetime import timedelta

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.run"


def main(seconds: float) -> None:
    """Look at everything in turn, at least twice, until a whole round finds nothing."""
    import django

    django.setup()
    from channels_wa.inbound import drain
    from channels_wa.outbox import dispatcher, settling
    from ops import clock
    from ops.eventqueue import handling
    from ops.timers import calls, errands, ticker

    end = clock.real() + timedelta(seconds=seconds)
    idle = 0
    while clock.real() < end and idle < 2:
        done = drain.run() + ticker.run() + errands.work() + calls.work() + handling.run() + settling.run()
        done += dispatcher.run_replies(until=clock.real() + timedelta(seconds=1))
        idle = 0 if done else idle + 1


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 15.0)
