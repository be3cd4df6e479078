"""Meta's error answers (WHATSAPP.md §7)."""

import json
import secrets

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
    132015: "Template is paused",
    132016: "Template is disabled",
    133010: "Account not registered",
}
_STATUS = {4: 429, 80007: 429, 130429: 429, 131056: 429, 613: 429, 0: 401, 190: 401, 3: 403, 10: 403, 131005: 403}


def http_status(code: int) -> int:
    """The HTTP status that goes with a code. Clients must not decide on it, so the rest is plainly 400."""
    return 403 if 200 <= code <= 299 else _STATUS.get(code, 400)


class GraphError(Exception):
    """A request that Meta would refuse."""

    def __init__(self, code: int, details: str = "", status: int | None = None) -> None:
        super().__init__(f"{code} {details}")
        self.code = code
        self.details = details or _TITLES.get(code, "Error from the sandbox on request")
        self.status = status or http_status(code)

    def body(self) -> bytes:
        """The JSON that goes with it."""
        title = _TITLES.get(self.code, "Error from the sandbox on request")
        error = {
            "message": f"(#{self.code}) {title}",
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": "A" + secrets.token_urlsafe(16),
        }
        return json.dumps({"error": error}).encode()
