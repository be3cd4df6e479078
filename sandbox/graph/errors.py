"""Meta's error answers (WHATSAPP.md §7)."""

import json
import secrets

from sandbox.asgi import JSON

_TITLES = {
    1: "An unknown error occurred",
    2: "Service temporarily unavailable",
    4: "Application request limit reached",
    10: "Permission denied",
    33: "Parameter value is not valid",
    100: "Invalid parameter",
    190: "Error validating access token: Session has expired",
    368: "Temporarily blocked for policies violations",
    80007: "Rate limit issues",
    130403: "User is blocked by the business",
    130429: "Rate limit hit",
    130472: "User's number is part of an experiment",
    130497: "Business account is restricted from messaging users in this country",
    131000: "Something went wrong",
    131005: "Access denied",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131016: "Service unavailable",
    131021: "Recipient cannot be sender",
    131026: "Message undeliverable",
    131030: "Recipient phone number not in allowed list",
    131031: "Account has been locked",
    131042: "Business eligibility payment issue",
    131045: "Incorrect certificate",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131049: "This message was not delivered to maintain healthy ecosystem engagement",
    131050: "User has stopped marketing messages",
    131051: "Unsupported message type",
    131052: "Media download error",
    131053: "Media upload error",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    131057: "Account in maintenance mode",
    132000: "Template param count mismatch",
    132001: "Template name does not exist in the translation",
    132005: "Template hydrated text too long",
    132007: "Template format character policy violated",
    132012: "Template parameter format mismatch",
    132018: "Template parameter is not valid",
    132015: "Template is paused",
    132016: "Template is disabled",
    133005: "Two step verification PIN mismatch",
    133008: "Too many two step verification PIN guesses",
    133010: "Account not registered",
    133016: "Account register or deregister rate limit exceeded",
    2593107: "Synchronization request limit exceeded",
    2593108: "Synchronization request made outside of the allowed time window",
}
_STATUS = {4: 429, 80007: 429, 130429: 429, 131056: 429, 613: 429, 0: 401, 190: 401, 3: 403, 10: 403, 131005: 403}


def http_status(code: int) -> int:
    """The HTTP status that goes with a code. Clients must not decide on it, so the rest is plainly 400."""
    return 403 if 200 <= code <= 299 else _STATUS.get(code, 400)


def title(code: int) -> str:
    """The code's name. Clients must not decide on it."""
    return _TITLES.get(code, "Error from the sandbox on request")


class GraphError(Exception):
    """A request that Meta would refuse."""

    def __init__(
        self,
        code: int,
        details: str = "",
        status: int | None = None,
        *,
        subcode: int | None = None,
        user: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code} {details}")
        self.code, self.subcode, self.user = code, subcode, user
        self.details = details or title(code)
        self.status = status or http_status(code)

    @classmethod
    def no_such(cls, object_id: str, method: str) -> "GraphError":
        """What Graph says both of what does not exist and of what the token may not see."""
        return cls(
            100,
            f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, cannot be loaded "
            "due to missing permissions, or does not support this operation.",
            subcode=33,
        )

    def body(self) -> bytes:
        """The JSON that goes with it."""
        error: JSON = {
            "message": f"(#{self.code}) {title(self.code)}",
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": "A" + secrets.token_urlsafe(16),
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.user is not None:  # what Meta's own pages would show to the person who made the request
            error |= {"is_transient": False, "error_user_title": self.user[0], "error_user_msg": self.user[1]}
        return json.dumps({"error": error}).encode()
