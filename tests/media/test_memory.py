"""100 MB pass with less than 30 MB of worker memory (issue 3, FR-WA-006)."""

import hashlib
import json
import os
import subprocess
import sys
import textwrap
import urllib.request
from pathlib import Path

from tests.adapters.graph import ROOT, Graph, running_graph

MB = 1024 * 1024
MOST = 30 * MB
NUMBER = "106540352242922"
# A worker's part in it, in a process of its own so that nothing else is counted: fetched from a server as from Meta,
# looked at, sealed, stored; then read back and handed over as an upload.
SCRIPT = """
    import json, sys, threading
    import django; django.setup()
    import psutil
    from channels_wa.adapters.base import MediaRef, OutboundFile, Sender
    from channels_wa.adapters.cloud_api.adapter import CloudApiAdapter
    from channels_wa.adapters.cloud_api.graph import wait_for
    from channels_wa.adapters.streams import in_pieces
    from channels_wa.media import storing
    from channels_wa.media.intake import taking
    from channels_wa.media.uploading import _async

    url, number, media_id = sys.argv[1:]
    adapter, sender = CloudApiAdapter(url), Sender(number, "token")

    def fetch(media_id, most):
        with taking(7, most) as intake:
            for piece in in_pieces(adapter.fetch_media(sender, MediaRef(media_id), most_bytes=most)):
                intake.add(piece)
            return intake.finish()

    def upload(taken):
        file = OutboundFile("a.pdf", "application/pdf", taken.look.size, _async(storing.pieces_of(taken)))
        return wait_for(adapter.upload_media(sender, file), 120)

    process, peak, stop = psutil.Process(), 0, threading.Event()

    def watch():
        global peak
        while not stop.wait(0.01):
            peak = max(peak, process.memory_info().rss)

    # What a first time loads and allocates belongs to the process, not to the file.
    small = fetch(sys.argv[3].split(",")[1], 10_000_000)
    upload(small)
    before = process.memory_info().rss
    threading.Thread(target=watch, daemon=True).start()
    taken = fetch(sys.argv[3].split(",")[0], 105_000_000)
    upload(taken)
    stop.set()
    print(json.dumps({"grown": peak - before, "size": taken.look.size, "sha256": taken.look.sha256}))
"""


def put(graph: Graph, data: bytes) -> str:
    """A file that lies with Meta; its id."""
    address = f"{graph.url}/_sandbox/media?phone_number_id={NUMBER}"
    request = urllib.request.Request(address, data, {"Content-Type": "application/pdf"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(json.load(answer)["media"])


def test_fr_wa_006_a_hundred_megabytes_pass_in_pieces(tmp_path: Path) -> None:
    large = b"%PDF-1.7\n" + os.urandom(MB) * 99
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.build", "PYTHONPATH": str(ROOT),
        "STORAGE_URL": (tmp_path / "storage").as_uri(),
    }  # fmt: skip
    with running_graph(tmp_path) as graph:
        ids = f"{put(graph, large)},{put(graph, large[: 5 * MB])}"
        program = [sys.executable, "-c", textwrap.dedent(SCRIPT), graph.url, NUMBER, ids]
        done = subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["size"], told["sha256"]) == (len(large), hashlib.sha256(large).hexdigest())
    assert told["grown"] < MOST, f"{told['grown'] / MB:.1f} MB"
