"""I24: no packet to an inner address, by whatever spelling, name, redirect or change of mind of a name server.

Where the kernel lets a process have a network of its own, every inner address has a listener there.
"""

import json
import shutil
import subprocess
import sys

import pytest

from tests.invariants.egress_world import PUBLIC, PUBLIC_6
from tests.ops.test_safe_http import SPELLINGS

ALONE = ["unshare", "--net", "--mount", "--map-root-user"]


@pytest.fixture(scope="module")
def own_network() -> None:
    """Skips where there is none to be had."""
    missing = [name for name in ("unshare", "ip", "mount", "openssl") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"there is no {', '.join(missing)} here")
    tried = subprocess.run([*ALONE, "ip", "link", "set", "lo", "up"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"the kernel gives no network namespace: {tried.stderr.strip()[:200]}")


@pytest.mark.usefixtures("own_network")
def test_i24_nobody_comes_to_an_inner_address() -> None:
    """HTTP node, webhook node, media, and safe_http with redirects; all of them do call what is public."""
    words = [*ALONE, sys.executable, "-m", "tests.invariants.egress_world", json.dumps(SPELLINGS)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert len(told["proof"]) == 6, "the listeners hear nothing, so this would prove nothing"
    assert set(told["came"]) <= {PUBLIC, PUBLIC_6}
    assert told["came"][PUBLIC] > 100 and told["tried"] > 300
