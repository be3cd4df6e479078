"""PostgreSQL and Valkey for the demo and the tests; production brings its own.

Plain Python: nothing here imports Django, so `make up` can speak before Django is there.
"""

from ops.services.run import ServiceUrls, running_services
from ops.services.trouble import Trouble

__all__ = ["ServiceUrls", "Trouble", "running_services"]
