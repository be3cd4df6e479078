"""Access tokens: which were issued for whom, and which are good no longer (WHATSAPP.md §9)."""

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from sandbox.asgi import JSON
from sandbox.clock import Clock

CODE_KEPT_S = 30.0
GRANTS_MAX = 2000
CODES_MAX = 1000
SCOPES = ("whatsapp_business_management", "whatsapp_business_messaging")


class BadCode(Exception):
    """An authorization code that cannot be exchanged; `subcode` is Meta's."""

    def __init__(self, subcode: int, why: str) -> None:
        super().__init__(why)
        self.subcode = subcode


@dataclass(slots=True)
class Grant:
    """A token that was issued here."""

    token: str
    waba_ids: list[str]
    issued_at: float
    expires_at: float = 0.0  # 0: does not expire, as business tokens
    revoked: bool = False
    app_id: str = ""

    def is_valid(self, now: float) -> bool:
        """Neither revoked nor over."""
        return not self.revoked and (not self.expires_at or now < self.expires_at)


@dataclass(slots=True)
class Code:
    """What the dialog hands to the product, to be exchanged at once."""

    waba_ids: list[str]
    redirect_uri: str
    client_id: str
    expires_at: float
    used: bool = field(default=False)


class Tokens:
    """Grants and codes.

    An account that never had a token issued here takes any: who registers numbers by the control address need not tell
    their tokens. From the first grant or expiry on, it takes only what was issued.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._grants: dict[str, Grant] = {}
        self._codes: dict[str, Code] = {}
        self._strict: set[str] = set()

    def issue(self, waba_ids: Iterable[str], *, app_id: str = "", lifetime_s: float = 0.0) -> Grant:
        """A fresh token for these accounts."""
        now = self._clock.now()
        token = "EAAS" + secrets.token_urlsafe(48)
        grant = Grant(token, list(waba_ids), now, now + lifetime_s if lifetime_s else 0.0, app_id=app_id)
        self._grants[token] = grant
        while len(self._grants) > GRANTS_MAX:
            del self._grants[next(iter(self._grants))]
        return grant

    def insist(self, waba_id: str) -> None:
        """From now on the account takes issued tokens only."""
        self._strict.add(waba_id)

    def expire(self, waba_id: str) -> None:
        """Every token that was good for the account until now is no longer."""
        self._strict.add(waba_id)
        for grant in self._grants.values():
            if waba_id in grant.waba_ids:
                grant.revoked = True

    def find(self, token: str) -> Grant | None:
        """The grant of a token that was issued here."""
        return self._grants.get(token)

    def problem(self, token: str, waba_id: str) -> int:
        """0 when the token may use the account, otherwise Meta's code: 190, or 100 for somebody else's token."""
        grant = self._grants.get(token)
        if grant is None:
            return 190 if waba_id in self._strict else 0
        if not grant.is_valid(self._clock.now()):
            return 190
        return 0 if waba_id in grant.waba_ids else 100

    def code_for(self, waba_ids: Iterable[str], *, redirect_uri: str, client_id: str) -> str:
        """A code that is good once, for thirty seconds."""
        code = "AQ" + secrets.token_urlsafe(96)
        self._codes[code] = Code(list(waba_ids), redirect_uri, client_id, self._clock.now() + CODE_KEPT_S)
        while len(self._codes) > CODES_MAX:
            del self._codes[next(iter(self._codes))]
        return code

    def exchange(self, code: str, *, redirect_uri: str, client_id: str) -> Grant:
        """A token for a code; raises BadCode."""
        found = self._codes.get(code)
        if found is None:
            raise BadCode(36009, "Invalid verification code format.")
        if found.used:
            raise BadCode(36009, "This authorization code has been used.")
        if self._clock.now() > found.expires_at:
            raise BadCode(36007, "This authorization code has expired.")
        if found.redirect_uri != redirect_uri or (found.client_id and found.client_id != client_id):
            raise BadCode(
                36008,
                "Error validating verification code. Please make sure your redirect_uri is identical to the one you "
                "used in the OAuth dialog request",
            )
        found.used = True
        return self.issue(found.waba_ids, app_id=client_id)

    def as_saved(self) -> JSON:
        """What is kept over a restart; codes are too short-lived."""
        return {"grants": [asdict(grant) for grant in self._grants.values()], "strict": sorted(self._strict)}

    def restore(self, saved: JSON) -> None:
        """Take back what was saved."""
        for entry in saved["grants"]:
            self._grants[entry["token"]] = Grant(**entry)
        self._strict.update(saved["strict"])

    def forget(self) -> None:
        """Nothing was ever issued."""
        self._grants.clear()
        self._codes.clear()
        self._strict.clear()
