"""A machine alone in the world, on which every address of both families leads to a listener of ours.

Run as a process of its own in namespaces of its own (`unshare --net --mount --map-root-user`), by test_i24_egress.py.
Its name server is real, and says now this and now that. It calls what the product calls with, and prints as JSON which
addresses anybody came to.
"""

import asyncio
import json
import os
import socket
import socketserver
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Coroutine, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

PUBLIC, PUBLIC_6 = "93.184.215.14", "2606:2800:220:1::1"
# Of each kind one that a service would really listen on.
INNER = [
    "127.0.0.1", "10.0.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.254", "192.168.0.1", "100.100.100.200",
    "192.0.0.192", "168.63.129.16", "0.0.0.0", "::1", "fd00:ec2::254", "fe80::1", "fc00::1",
    "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1",
]  # fmt: skip
MEDIA = "lookaside.fbsbx.com"  # where Meta keeps files: the only host that media are fetched from
PAUSE_S = 0.05

came: Counter[str] = Counter()
names: dict[str, list[list[str]]] = {}
asked: Counter[str] = Counter()


def alone() -> None:
    """All addresses are this machine's, and names are asked of it."""
    for words in (
        ["ip", "link", "set", "lo", "up"],
        ["ip", "route", "add", "local", "0.0.0.0/0", "dev", "lo"],
        ["ip", "-6", "route", "add", "local", "::/0", "dev", "lo"],
    ):
        subprocess.run(words, check=True)
    resolv = Path(tempfile.mkstemp()[1])
    resolv.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    subprocess.run(["mount", "--bind", str(resolv), "/etc/resolv.conf"], check=True)


# --- those who listen ---------------------------------------------------------------------------------------------


class Web(socketserver.BaseRequestHandler):
    """Notes which address was called, and sends callers of the public one elsewhere: `/to/<address>`."""

    def handle(self) -> None:
        came[plain(self.request.getsockname()[0])] += 1
        try:
            self.request.settimeout(5)
            line = self.request.recv(8192).split(b"\r\n")[0].split(b" ")
            path = line[1].decode() if len(line) > 1 else "/"
            to = path.removeprefix("/to/") if path.startswith("/to/") else ""
            head = f"302 Found\r\nLocation: http://{to}/secret" if to else "200 OK"
            self.request.sendall(f"HTTP/1.1 {head}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok".encode())
        except (OSError, ssl.SSLError):
            return


class Server(socketserver.ThreadingTCPServer):
    """On all addresses of one family."""

    daemon_threads = allow_reuse_address = True
    request_queue_size = 200
    tls: ssl.SSLContext | None = None

    def get_request(self) -> tuple[Any, Any]:
        connection, peer = super().get_request()
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, peer


class Server6(Server):
    """The other family."""

    address_family = socket.AF_INET6

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        super().server_bind()


class Names(socketserver.BaseRequestHandler):
    """A name server: each question for a name has the next of its answers, the last for good. Nothing is to be kept."""

    def handle(self) -> None:
        data, sock = self.request
        labels, place = [], 12
        while length := data[place]:
            labels.append(data[place + 1 : place + 1 + length].decode())
            place += length + 1
        name, kind = ".".join(labels).lower(), struct.unpack(">H", data[place + 1 : place + 3])[0]
        turns = names.get(name, [[]])
        # Both families are asked for at once: they belong to one turn.
        turn = turns[min(asked[f"{name} {kind}"], len(turns) - 1)]
        asked[f"{name} {kind}"] += 1
        fitting = [ip_address(one).packed for one in turn if ip_address(one).version == {1: 4, 28: 6}.get(kind)]
        answers = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 0, len(one)) + one for one in fitting)
        head = data[:2] + struct.pack(">HHHHH", 0x8180, 1, len(fitting), 0, 0)
        sock.sendto(head + data[12 : place + 5] + answers, self.client_address)


def plain(address: str) -> str:
    """As it stands in the lists above."""
    return str(ip_address(address.partition("%")[0]))


def listen(tls: ssl.SSLContext) -> None:
    """Web servers on the two ports that are called at all, and the name server."""
    for kind, any_address in ((Server, "0.0.0.0"), (Server6, "::")):
        for port in (80, 443):
            server = kind((any_address, port), Web)
            server.tls = tls if port == 443 else None
            threading.Thread(target=server.serve_forever, daemon=True).start()
    of_names = socketserver.ThreadingUDPServer(("127.0.0.1", 53), Names)
    threading.Thread(target=of_names.serve_forever, daemon=True).start()


def certificate() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """For whoever answers as Meta's host, and for whoever shall believe it."""
    file = Path(tempfile.mkdtemp()) / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={MEDIA}",
         "-addext", f"subjectAltName=DNS:{MEDIA},DNS:*.example.com", "-keyout", str(file), "-out", f"{file}.crt"],
        check=True, capture_output=True,
    )  # fmt: skip
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(f"{file}.crt", file)
    return server, ssl.create_default_context(cafile=f"{file}.crt")


# --- those who call -----------------------------------------------------------------------------------------------


def hosts() -> Iterator[tuple[str, list[list[str]]]]:
    """Names, and what they resolve to, question after question."""
    for number, inner in enumerate(INNER):
        address = inner.removeprefix("::ffff:") if inner.startswith("::ffff:") else inner
        public = PUBLIC_6 if ":" in address else PUBLIC
        yield f"in{number}.example.com", [[address]]
        yield f"both{number}.example.com", [[public, address], [address, public]]
        yield f"later{number}.example.com", [[public], [address]]
        yield f"flips{number}.example.com", [[public], [address], [public], [address]]


def written(address: str) -> str:
    """As it stands in a URL."""
    return f"[{address}]" if ":" in address else address


async def call(url: str) -> None:
    """By everything that calls an address of somebody's choosing."""
    from channels_wa.adapters.cloud_api.graph import GraphClient, GraphError
    from flows.runtime import http_call, webhook_call
    from ops.safe_http import BadAddress, Failed, Forbidden, Limits, opened

    for prepare in (http_call.prepare, webhook_call.prepare):
        try:
            await http_call.make(prepare({"url": url, "timeout_s": 2}, {}, key="k"))
        except http_call.NoCall:
            pass
    try:
        async with opened(url, limits=Limits(redirects=3, total_s=2)) as answer:
            await answer.read()
    except (BadAddress, Forbidden, Failed):
        pass
    try:
        media = GraphClient("token", base_url="https://graph.facebook.com").download(url, most_bytes=9)
        [_ async for _ in media]
    except GraphError:
        pass


def calls(spellings: list[str]) -> Iterator[Coroutine[Any, Any, None]]:
    """Each inner address directly, by name, by names that change, and by redirect."""
    for spelling in spellings:
        yield call(f"http://{spelling}/")
        yield call(f"http://public.example.com/to/{spelling}")
    for name in names:
        if name not in (MEDIA, "public.example.com"):
            # More than once: a name that changes is asked for anew each time.
            for _ in range(3):
                yield call(f"http://{name}/")
            yield call(f"http://public.example.com/to/{name}")
    for inner in INNER:
        yield call(f"https://{MEDIA}/to/{written(inner)}")


async def everything(spellings: list[str]) -> int:
    """All of them; how many."""
    from ops.safe_http import client

    wanted = [*calls(spellings)]
    for number in range(0, len(wanted), 20):
        await asyncio.gather(*wanted[number : number + 20])
    # Meta's own host leads inside, at the second question.
    for inner in INNER:
        names[MEDIA] = [[PUBLIC], [inner.removeprefix("::ffff:")]]
        asked.clear()
        for _ in range(2):
            await call(f"https://{MEDIA}/file")
    await client.close()
    return len(wanted)


def main() -> None:
    """Prove that the trap is one, call, and tell."""
    alone()
    server, client_tls = certificate()
    names.update(dict(hosts()) | {"public.example.com": [[PUBLIC, PUBLIC_6]], MEDIA: [[PUBLIC]]})
    listen(server)
    for address in ("10.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.0.1", "::1", "fd00:ec2::254"):
        socket.create_connection((address, 80), timeout=5).close()
    threading.Event().wait(PAUSE_S)
    proof = dict(came)
    came.clear()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.build"
    import django

    django.setup()
    from ops.safe_http import client

    client._tls = client_tls
    tried = asyncio.run(everything(json.loads(sys.argv[1])))
    json.dump({"proof": proof, "tried": tried, "came": came}, sys.stdout)


if __name__ == "__main__":
    main()
