"""Refusals in Stripe's shape (https://docs.stripe.com/api/errors)."""

from sandbox.asgi import JSON


class StripeError(Exception):
    """An answer of 4xx; `type` decides the exception that the SDK raises."""

    def __init__(
        self,
        message: str,
        *,
        type: str = "invalid_request_error",
        code: str = "",
        param: str = "",
        status: int = 400,
        decline_code: str = "",
        more: JSON | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        named = {"code": code, "param": param, "decline_code": decline_code}
        self.body: JSON = {
            "error": {"message": message, "type": type, **{name: value for name, value in named.items() if value}}
        }
        self.body["error"].update(more or {})


def missing(kind: str, pk: str) -> StripeError:
    """No such object."""
    return StripeError(f"No such {kind}: '{pk}'", code="resource_missing", param="id", status=404)


def wanted(param: str) -> StripeError:
    """A required parameter is not there."""
    return StripeError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def wrong(param: str, message: str, code: str = "parameter_invalid_empty") -> StripeError:
    """A parameter that cannot be used."""
    return StripeError(message, code=code, param=param)


def declined(decline_code: str, message: str, more: JSON | None = None) -> StripeError:
    """The bank says no."""
    return StripeError(
        message, type="card_error", code="card_declined", decline_code=decline_code, status=402, more=more
    )
