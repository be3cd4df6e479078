"""The two ends of the sandbox in these tests: a client, and a receiver that stands where the product would."""

import hashlib
import hmac
import http.client
import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET, VERIFY_TOKEN = "newest-secret", "verify-me"
WITHIN_S = 10.0


class Receiver:
    """Takes webhooks, checks their signature, and answers what it is told to."""

    def __init__(self) -> None:
        self.deliveries: queue.Queue[dict[str, Any]] = queue.Queue()
        self.answers: list[int] = []  # statuses for the next deliveries; 200 when empty
        self._changes: list[dict[str, Any]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                token, _, challenge = self.path.partition("hub.challenge=")
                self.reply(200 if f"hub.verify_token={VERIFY_TOKEN}" in token else 403, challenge.encode())

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["content-length"]))
                status = receiver.answers.pop(0) if receiver.answers else 200
                expected = "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
                assert self.headers["X-Hub-Signature-256"] == expected, "webhook is not signed with the newest secret"
                receiver.deliveries.put({"answered": status, "body": json.loads(raw)})
                self.reply(status, b"")

            def reply(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks/whatsapp/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def delivery(self) -> dict[str, Any]:
        """The next delivery."""
        return self.deliveries.get(timeout=WITHIN_S)

    def change(self) -> dict[str, Any]:
        """The next change, whatever delivery it came in."""
        while not self._changes:
            for entry in self.delivery()["body"]["entry"]:
                self._changes += [change["value"] for change in entry["changes"]]
        return self._changes.pop(0)

    def message(self) -> dict[str, Any]:
        """The next inbound message; statuses of an earlier test may pass by."""
        while "messages" not in (change := self.change()):
            pass
        found: dict[str, Any] = change["messages"][0]
        return found

    def statuses(self, wamid: str, count: int) -> list[dict[str, Any]]:
        """The next statuses of one message; others that pass by are of earlier tests."""
        found: list[dict[str, Any]] = []
        while len(found) < count:
            found += [status for status in self.change().get("statuses", []) if status["id"] == wamid]
        return found

    def forget(self) -> None:
        """Drop what came."""
        self.answers.clear()
        self._changes.clear()
        while not self.deliveries.empty():
            self.deliveries.get_nowait()


class Client:
    """Calls the sandbox as the product, or as a test."""

    def __init__(self, port: int) -> None:
        self.port = port

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str = "",
        headers: dict[str, str] | None = None,
        timeout_s: float = WITHIN_S,
    ) -> Any:
        """Status, content type and raw body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        headers = {**(headers or {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        raw = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        try:
            connection.request(method, path, raw, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("content-type", ""), answer.read()
        finally:
            connection.close()

    def graph(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        kind: str = "",
        token: str = "token",
        headers: dict[str, str] | None = None,
        timeout_s: float = WITHIN_S,
    ) -> tuple[int, Any]:
        """A Graph call with a token."""
        about = {**(headers or {}), **({"Content-Type": kind} if kind else {})}
        status, _, raw = self.call(method, f"/v26.0/{path}", body, token=token, headers=about, timeout_s=timeout_s)
        return status, json.loads(raw)

    def send(self, to: str = "+5511999990000", pnid: str = "111", **fields: Any) -> tuple[int, Any]:
        """Send a message, a text if nothing else is said."""
        message = {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": "Oi"}, **fields}
        return self.graph("POST", f"{pnid}/messages", message)

    def control(self, name: str, body: object) -> tuple[int, Any]:
        """POST to a control address."""
        status, _, raw = self.call("POST", f"/_sandbox/{name}", body)
        return status, json.loads(raw)

    def ledger(self, query: str = "") -> list[dict[str, Any]]:
        """The ledger's rows."""
        _, _, raw = self.call("GET", f"/_sandbox/ledger{query}")
        rows: list[dict[str, Any]] = json.loads(raw)["results"]
        return rows


def wamid_of(answer: tuple[int, Any]) -> str:
    """The id in the answer of a send."""
    assert answer[0] == 200, answer
    return str(answer[1]["messages"][0]["id"])


def error_of(answer: tuple[int, Any]) -> tuple[int, str]:
    """Code and details of a refusal."""
    error = answer[1]["error"]
    assert error["type"] == "OAuthException" and error["fbtrace_id"]
    return error["code"], error["error_data"]["details"]
