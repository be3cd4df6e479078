"""The one door for addresses from outside: no packet to what is not the public internet (I24)."""

import asyncio
import contextlib
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from config.env import env
from ops import safe_http
from ops.safe_http import BadAddress, Failed, Forbidden, Limits, TooLarge, check_address, client, opened
from ops.safe_http.networks import is_public

PUBLIC = "93.184.215.14"


@dataclass
class Trap:
    """A listener where nobody should come, and a server for the tests that may."""

    port: int = 0
    came: list[bytes] = field(default_factory=list)
    answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            self.came.append(await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5))
            writer.write(self.answer)
            await writer.drain()
        writer.close()


@pytest.fixture
async def trap() -> AsyncIterator[Trap]:
    trap = Trap()
    server = await asyncio.start_server(trap.meet, "127.0.0.1", 0)
    trap.port = server.sockets[0].getsockname()[1]
    yield trap
    server.close()
    await client.close()


@pytest.fixture
def any_port(trap: Trap) -> Limits:
    return Limits(ports=frozenset({trap.port}), total_s=3, connect_s=2)


async def ask(url: str, limits: Limits, **more: Any) -> tuple[int, bytes]:
    async with opened(url, limits=limits, **more) as answer:
        return answer.status, await answer.read()


SPELLINGS = [
    "127.0.0.1", "127.1", "127.0.1", "0", "0.0.0.0", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1",
    "017700000001", "127.0.0.1.", "①②⑦.⓪.⓪.①", "127。0。0。1", "[::1]", "[::]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::1]", "[2001:0:7f00:1::1]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]",
    "[fec0::1]", "[2001:db8::1]", "[100::1]", "[2001:4860::5efe:7f00:1]", "localhost", "LOCALHOST",
    "localhost.", "a.localhost", "printer.local", "metadata.google.internal", "intranet", "10.0.0.1",
    "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200",
    "192.0.0.192", "168.63.129.16", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1",
    "192.0.2.1",
]  # fmt: skip


@pytest.mark.parametrize("host", SPELLINGS)
async def test_i24_no_spelling_of_an_inner_address_is_asked(trap: Trap, any_port: Limits, host: str) -> None:
    with pytest.raises((Forbidden, BadAddress)):
        await ask(f"http://{host}:{trap.port}/", any_port)
    assert not trap.came


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_the_public_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", ["", "a", "127.1", "fe80::1%eth0", "8.8.8.8/32", "256.1.1.1"])
def test_what_is_no_plain_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "", "example.com", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "http://", "https:///a",
        "http://user@example.com/", "http://a:b@example.com/", "http://example.com:22/", "http://example.com:6379/",
        "http://exa mple.com/", "http://example.com\\@127.0.0.1/", "http://example.com/\r\nX: y", "http://[::1/",
        "http://example.com:99999/", "javascript:alert(1)", "http://" + "a" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises((BadAddress, Forbidden)):
        check_address(url)


def named(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """A name server that answers these in turn; the names it was asked for."""
    asked: list[str] = []

    async def look_up(host: str, _port: int) -> list[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    monkeypatch.setattr(client, "look_up", look_up)
    return asked


async def test_i24_a_name_that_leads_inside_is_refused(
    trap: Trap, any_port: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    named(monkeypatch, ["127.0.0.1"])
    with pytest.raises(Forbidden):
        await ask(f"http://example.com:{trap.port}/", any_port)
    assert not trap.came


async def test_i24_a_name_that_also_leads_inside_is_refused(
    trap: Trap, any_port: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    named(monkeypatch, [PUBLIC, "127.0.0.1"])
    with pytest.raises(Forbidden):
        await ask(f"http://example.com:{trap.port}/", any_port)
    assert not trap.came


async def test_i24_dns_rebinding_finds_no_second_question(
    trap: Trap, any_port: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever answers first with a public address and then with ours: the connection is to what was checked."""
    asked = named(monkeypatch, [PUBLIC], ["127.0.0.1"])
    connected: list[str] = []

    def checked(info: Any) -> socket.socket:
        connected.append(info[4][0])
        raise OSError("the test has no internet")

    session = client.new_session()
    monkeypatch.setattr(session.connector, "_socket_factory", checked)
    monkeypatch.setattr(client, "new_session", lambda: session)
    with pytest.raises(Failed):
        await ask(f"http://example.com:{trap.port}/", any_port)
    assert (asked, connected) == (["example.com"], [PUBLIC])
    assert not trap.came


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "127.1"])
def test_i24_the_socket_is_the_last_word(address: str) -> None:
    with pytest.raises(Forbidden):
        client.checked_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, 80)))


@pytest.fixture
def allowed(trap: Trap, monkeypatch: pytest.MonkeyPatch) -> str:
    """The trap is a server that configuration names, as the demo names its sandbox."""
    monkeypatch.setattr(env, "safe_http_allow", [f"127.0.0.1:{trap.port}"])
    return f"http://127.0.0.1:{trap.port}"


async def test_configuration_may_name_an_inner_server(trap: Trap, allowed: str) -> None:
    assert await ask(f"{allowed}/a?b=c", Limits()) == (200, b"ok")
    assert trap.came[0].startswith(b"GET /a?b=c HTTP/1.1\r\n")


async def test_what_is_allowed_is_one_port_of_one_host(trap: Trap, allowed: str, any_port: Limits) -> None:
    for url in (f"http://127.0.0.2:{trap.port}/", f"http://localhost:{trap.port}/"):
        with pytest.raises(Forbidden):
            await ask(url, any_port)
    assert not trap.came


def redirect(to: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


async def test_a_redirect_is_not_followed(trap: Trap, allowed: str) -> None:
    trap.answer = redirect("http://example.com/")
    assert (await ask(f"{allowed}/", Limits()))[0] == 302
    assert len(trap.came) == 1


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "[::1]", "169.254.169.254", "0x7f.1", "2130706433"])
async def test_i24_each_hop_is_judged(trap: Trap, allowed: str, host: str) -> None:
    trap.answer = redirect(f"http://{host}:{trap.port}/again")
    with pytest.raises((Forbidden, BadAddress)):
        await ask(f"{allowed}/", Limits(redirects=3, ports=frozenset({trap.port})))
    assert len(trap.came) == 1


async def test_redirects_have_an_end(trap: Trap, allowed: str) -> None:
    trap.answer = redirect(f"{allowed}/again")
    assert (await ask(f"{allowed}/", Limits(redirects=3)))[0] == 302
    assert len(trap.came) == 4


async def test_secrets_do_not_go_to_another_host(trap: Trap, allowed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "safe_http_allow", [f"127.0.0.1:{trap.port}", f"localhost:{trap.port}"])
    named(monkeypatch, ["127.0.0.1"])
    trap.answer = redirect(f"http://localhost:{trap.port}/again")
    await ask(f"{allowed}/", Limits(redirects=1), headers={"Authorization": "Bearer x", "X-Own": "y"})
    first, second = trap.came
    assert b"Authorization: Bearer x" in first
    assert b"Authorization" not in second and b"X-Own: y" in second


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"a" * 2000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + b"a" * 2000 + b"\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * 2000,
    ],
    ids=["said", "chunked", "not said"],
)
async def test_no_more_is_read_than_was_asked_for(trap: Trap, allowed: str, answer: bytes) -> None:
    trap.answer = answer
    with pytest.raises(TooLarge):
        await ask(f"{allowed}/", Limits(most_bytes=1000))


async def test_headers_have_a_limit(trap: Trap, allowed: str) -> None:
    trap.answer = b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n"
    with pytest.raises(Failed):
        await ask(f"{allowed}/", Limits())


async def test_a_server_that_says_nothing_is_left(trap: Trap, allowed: str) -> None:
    trap.answer = b""
    with pytest.raises(Failed):
        await ask(f"{allowed}/", Limits(total_s=0.3))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of example.com, signed by itself."""
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=example.com"]
    done = subprocess.run(
        [*words, "-addext", "subjectAltName=DNS:example.com", "-keyout", str(file), "-out", str(file) + ".crt"],
        check=False,
        capture_output=True,
    )
    if done.returncode:
        pytest.skip("there is no openssl to make a certificate with")
    file.write_bytes(file.read_bytes() + Path(f"{file}.crt").read_bytes())
    return file


@pytest.fixture
async def secure(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """An https server whose authority is trusted; its port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    trap = Trap()
    server = await asyncio.start_server(trap.meet, "127.0.0.1", 0, ssl=context)
    monkeypatch.setattr(client, "_tls", ssl.create_default_context(cafile=f"{certificate}.crt"))
    port = server.sockets[0].getsockname()[1]
    monkeypatch.setattr(env, "safe_http_allow", [f"example.com:{port}", f"example.org:{port}"])
    named(monkeypatch, ["127.0.0.1"])
    yield port
    server.close()
    await client.close()


async def test_the_certificate_is_of_the_name_and_the_connection_to_the_address(secure: int) -> None:
    assert (await ask(f"https://example.com:{secure}/", Limits()))[1] == b"ok"


async def test_a_certificate_of_another_name_is_refused(secure: int) -> None:
    with pytest.raises(Failed):
        await ask(f"https://example.org:{secure}/", Limits())


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Trap]:
    """The same on the background loop, for threads."""
    from ops import background

    trap = Trap(answer=b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + b"a" * 300_000)
    running = background.start(asyncio.start_server(trap.meet, "127.0.0.1", 0)).result(5)
    trap.port = running.sockets[0].getsockname()[1]
    monkeypatch.setattr(env, "safe_http_allow", [f"127.0.0.1:{trap.port}"])
    yield trap
    background.start(client.close()).result(5)
    background.loop().call_soon_threadsafe(running.close)


def test_threads_fetch_and_stream(server: Trap) -> None:
    url = f"http://127.0.0.1:{server.port}/"
    assert safe_http.fetch(url).body == b"a" * 300_000
    with safe_http.stream(url) as answer:
        assert sum(len(piece) for piece in answer) == 300_000
    with safe_http.stream(url) as answer:
        assert answer.status == 200  # a body that nobody reads is no harm


def test_i24_threads_are_refused_too(server: Trap) -> None:
    with pytest.raises(Forbidden):
        safe_http.fetch(f"http://localhost:{server.port}/", limits=Limits(ports=frozenset({server.port})))
    assert not server.came
