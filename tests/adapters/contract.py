"""What every adapter must do, whatever it talks to. A subclass says how to get one and what its provider remembers."""

from collections.abc import Sequence
from itertools import count

import pytest

from channels_wa.adapters.base import ChannelAdapter, OutboundMessage
from channels_wa.adapters.outcome import Accepted, ErrorClass, Outcome, Rejected, Unknown

_guests = count(1)
BUTTONS = {"type": "buttons", "text": "Confirma?", "buttons": [{"id": "n1:yes", "title": "Sim"}], "footer": "Aurora"}
LIST = {"type": "list", "text": "O quê?", "button": "Ver", "rows": [{"id": "n1:cut", "title": "Corte", "description": "45 min"}]}  # fmt: skip  # noqa: E501
TEMPLATE = {"name": "reminder", "language": {"code": "pt_BR"}}


def message(**changes: object) -> OutboundMessage:
    """A text to a guest whom nobody wrote to before."""
    fields = {
        "phone_number_id": "111111111111111", "token": "t", "recipient_kind": "phone",
        "recipient": f"55118{next(_guests):08d}", "type": "text", "text": "Oi!", "callback_data": "v1.a-1.mac",
    }  # fmt: skip
    return OutboundMessage(**{**fields, **changes})  # type: ignore[arg-type]


class AdapterContract:
    """Subclass with the fixtures `adapter` and `provider`; provider.accepted() lists recipients without +."""

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"type": "interactive", "text": "", "payload": BUTTONS},
            {"type": "interactive", "text": "", "payload": LIST},
            {"type": "template", "text": "", "payload": TEMPLATE},
            {"recipient_kind": "bsuid", "recipient": "BR.13491208655302741918"},
            {"text": "é 👋 \ud800 \"'"},
        ],
        ids=["text", "buttons", "list", "template", "bsuid", "odd characters"],
    )
    async def test_it_is_accepted_under_an_id(
        self, adapter: ChannelAdapter, provider: "Provider", changes: dict[str, object]
    ) -> None:
        one = message(**changes)
        [outcome] = await adapter.send_many([one])
        assert isinstance(outcome, Accepted) and outcome.wamid
        assert provider.accepted() == [one.recipient]

    async def test_each_is_reported_once_and_all_come_back_in_order(
        self, adapter: ChannelAdapter, provider: "Provider"
    ) -> None:
        told: dict[int, Outcome] = {}
        outcomes = await adapter.send_many([message() for _ in range(20)], lambda i, o: told.update({i: o}))
        assert [told[n] for n in range(20)] == outcomes
        assert len({outcome.wamid for outcome in outcomes if isinstance(outcome, Accepted)}) == 20

    async def test_a_refusal_names_its_class(self, adapter: ChannelAdapter, provider: "Provider") -> None:
        provider.refuse(131047)
        [outcome] = await adapter.send_many([message()])
        assert isinstance(outcome, Rejected)
        assert (outcome.code, outcome.error_class) == (131047, ErrorClass.NEEDS_TEMPLATE)
        assert provider.accepted() == []

    async def test_no_readable_answer_is_unknown(self, adapter: ChannelAdapter, provider: "Provider") -> None:
        provider.be_unreadable()
        first, second = await adapter.send_many([message()]), await adapter.send_many([message()])
        assert isinstance(first[0], Unknown) and isinstance(second[0], Accepted)

    def test_the_pair_is_number_and_guest(self, adapter: ChannelAdapter) -> None:
        one = message()
        assert adapter.rate_limit_key(one) == f"{one.phone_number_id}:{one.recipient}"


class Provider:
    """The other side, as the contract uses it."""

    def accepted(self) -> Sequence[str]:
        """Recipients of what was accepted, in order."""
        raise NotImplementedError

    def refuse(self, code: int) -> None:
        """Refuse the next one with this code."""
        raise NotImplementedError

    def be_unreadable(self) -> None:
        """Answer the next one with nothing readable."""
        raise NotImplementedError
