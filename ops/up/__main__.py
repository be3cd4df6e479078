"""`python -m ops.up` is `manage.py up`."""

import sys

from ops.up.main import main

sys.exit(main())
