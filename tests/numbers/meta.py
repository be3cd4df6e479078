"""Meta as far as numbers go, in memory: what it holds, what it was asked, and what it is told to refuse."""

from collections.abc import Mapping
from typing import Any

from channels_wa.adapters.cloud_api.graph import GraphClient, GraphError
from config.env import env

TOKEN = "EAAplanted-token-0123456789"
WABA = "700000000000001"
PNID = "600000000000001"


class Meta:
    """Answers as `GraphClient.call` would."""

    def __init__(self) -> None:
        self.numbers: dict[str, dict[str, Any]] = {}
        self.wabas: dict[str, list[str]] = {}
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.refusals: dict[str, GraphError] = {}
        self.profile: dict[str, Any] = {"about": "Cabelo e unhas", "vertical": "BEAUTY", "websites": []}
        self.pins: dict[str, str] = {}
        self.granted: list[str] = [WABA]
        self.app_id = env.meta_app_id
        self.scopes = ["whatsapp_business_management", "whatsapp_business_messaging"]
        self.add(PNID, WABA)

    def add(self, pnid: str, waba: str, **facts: Any) -> None:
        """A number that exists there."""
        self.wabas.setdefault(waba, []).append(pnid)
        self.numbers[pnid] = {
            "id": pnid,
            "display_phone_number": f"+55 11 4{pnid[-3:]}-0000",
            "verified_name": "Studio Aurora",
            "quality_rating": "GREEN",
            "name_status": "APPROVED",
            "status": "PENDING",
            "platform_type": "NOT_APPLICABLE",
            "throughput": {"level": "STANDARD"},
            "whatsapp_business_manager_messaging_limit": "TIER_2K",
            **facts,
        }

    def refuse(self, path: str, code: int, words: str = "no") -> None:
        """From now on calls whose path ends so are refused."""
        self.refusals[path] = GraphError(words, code=code)

    def calls(self, method: str, ending: str) -> list[dict[str, Any]]:
        """What was sent there."""
        return [sent for asked, path, sent in self.asked if asked == method and path.endswith(ending)]

    async def call(
        self,
        client: GraphClient,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """One call."""
        self.asked.append((method, path, {**(params or {}), **(body or {})}))
        for ending, error in self.refusals.items():
            if path.endswith(ending):
                raise error
        return self._answer(method, path, {**(params or {}), **(body or {})})

    def _answer(self, method: str, path: str, sent: dict[str, Any]) -> dict[str, Any]:
        thing, _, edge = path.partition("/")
        if path == "oauth/access_token":
            return {"access_token": TOKEN}
        if path == "debug_token":
            granular = [{"scope": "whatsapp_business_management", "target_ids": self.granted}]
            valid = sent["input_token"] == TOKEN
            return {
                "data": {
                    "is_valid": valid, "app_id": self.app_id, "scopes": self.scopes, "granular_scopes": granular,
                    "expires_at": 0,
                }
            }  # fmt: skip
        if thing in self.wabas:
            if edge == "phone_numbers":
                return {"data": [self.numbers[pnid] for pnid in self.wabas[thing]]}
            return {"id": thing, "owner_business_info": {"id": f"9{thing}"}} if not edge else {"success": True}
        if thing in self.numbers:
            return self._of_number(method, thing, edge, sent)
        raise GraphError("Unsupported get request.", code=100)

    def _of_number(self, method: str, pnid: str, edge: str, sent: dict[str, Any]) -> dict[str, Any]:
        number = self.numbers[pnid]
        if edge == "register":
            if self.pins.setdefault(pnid, sent["pin"]) != sent["pin"]:
                raise GraphError("Two-step verification PIN mismatch", code=133005)
            number |= {"status": "CONNECTED", "platform_type": "CLOUD_API"}
        elif edge == "deregister":
            number |= {"status": "DISCONNECTED", "platform_type": "NOT_APPLICABLE"}
        elif edge == "whatsapp_business_profile":
            if method == "GET":
                return {"data": [self.profile]}
            self.profile |= {name: value for name, value in sent.items() if name != "messaging_product"}
        elif not edge and method == "GET":
            return number
        elif "pin" in sent:
            self.pins[pnid] = sent["pin"]
        return {"success": True}
