"""An integrator's program: a client with a key, on a salon's host or on the public host."""

from typing import Any

from django.test import Client

from config.env import env
from tenants.access.keys import make_key
from tenants.salons.hosts import salon_host
from tenants.salons.models import Salon

PROBLEM = "application/problem+json"


class Program(Client):
    """Asks the API and gives back what it said."""

    def __init__(self, salon: Salon, *, role: str = "manager", host: str | None = None, key: str | None = None) -> None:
        self.salon = salon
        self.key = key if key is not None else make_key(salon.pk, name="tests", role=role)
        headers = {"host": host or salon_host(salon.slug)}
        if self.key:
            headers["authorization"] = f"Api-Key {self.key}"
        super().__init__(headers=headers)

    def ask(self, path: str, **query: Any) -> Any:
        """The JSON of an address that must answer 200."""
        answer = self.get(f"/api/v1/{path}", query)
        assert answer.status_code == 200, (answer.status_code, answer.content)
        return answer.json()

    def write(self, path: str, body: Any, *, method: str = "post", key: str | None = None) -> Any:
        """POST or PATCH a body, with an idempotency key if given; the answer."""
        headers = {"idempotency-key": key} if key else {}
        call = getattr(self, method)
        return call(f"/api/v1/{path}", body, content_type="application/json", headers=headers)

    def elsewhere(self, host: str) -> "Program":
        """The same program at another host."""
        return Program(self.salon, host=host, key=self.key)


def public_host() -> str:
    """The public host with its port."""
    return env.public_host


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The problem of an answer that must be one, of this status."""
    assert answer.status_code == status, (answer.status_code, answer.content)
    assert answer["Content-Type"] == PROBLEM
    found: dict[str, Any] = answer.json()
    assert found.keys() == {"type", "title", "status", "detail", "errors", "trace_id"}
    assert found["status"] == status
    assert found["trace_id"] == answer["X-Trace-Id"]
    return found


def fields(answer: Any, status: int = 400) -> list[str]:
    """The fields that a refusal names."""
    return [error["field"] for error in problem(answer, status)["errors"]]
