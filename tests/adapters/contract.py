"""What every adapter must do, whatever it talks to. A subclass says how to get one and what its provider remembers."""

from collections.abc import AsyncIterator, Sequence
from itertools import count

import pytest

from channels_wa.adapters.base import (
    ChannelAdapter,
    MediaGone,
    MediaRef,
    MediaTooLarge,
    OutboundFile,
    OutboundMessage,
    Sender,
)
from channels_wa.adapters.outcome import Accepted, ErrorClass, Outcome, Rejected, Unknown

_guests = count(1)
BUTTONS = {"type": "buttons", "text": "Confirma?", "buttons": [{"id": "n1:yes", "title": "Sim"}], "footer": "Aurora"}
LIST = {"type": "list", "text": "O quê?", "button": "Ver", "rows": [{"id": "n1:cut", "title": "Corte", "description": "45 min"}]}  # fmt: skip  # noqa: E501
TEMPLATE = {"name": "reminder", "language": {"code": "pt_BR"}}
CTA = {
    "type": "cta_url",
    "body": {"text": "Preços:"},
    "action": {"name": "cta_url", "parameters": {"display_text": "Ver", "url": "https://a.example/"}},
}
WHERE = {"type": "location_request_message", "body": {"text": "Onde?"}, "action": {"name": "send_location"}}
FORM = {
    "type": "flow",
    "body": {"text": "Conte:"},
    "action": {"name": "flow", "parameters": {"flow_id": "1", "flow_cta": "Ir"}},
}
CARD = {"contacts": [{"name": {"formatted_name": "Bia Reis", "first_name": "Bia"}, "phones": [{"phone": "+5511"}]}]}
SENDER = Sender("111111111111111", "t")
OGG = b"OggS" + bytes(range(256)) * 600  # more than two pieces


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
            {"type": "interactive", "text": "", "payload": CTA},
            {"type": "interactive", "text": "", "payload": WHERE},
            {"type": "interactive", "text": "", "payload": FORM},
            {"type": "image", "text": "", "payload": {"link": "https://a.example/a.jpg", "caption": "Antes"}},
            {"type": "document", "text": "", "payload": {"link": "https://a.example/a.pdf", "filename": "a.pdf"}},
            {"type": "location", "text": "", "payload": {"latitude": -23.5, "longitude": -46.6, "name": "Salão"}},
            {"type": "contacts", "text": "", "payload": CARD},
            {"type": "reaction", "text": "👍", "payload": {"to": "wamid.A", "emoji": "👍"}},
            {"type": "reaction", "text": "", "payload": {"to": "wamid.A", "emoji": ""}},
            {"reply_to": "wamid.A"},
            {"recipient_kind": "bsuid", "recipient": "BR.13491208655302741918"},
            {"text": "é 👋 \ud800 \"'"},
        ],
        ids=[
            "text",
            "buttons",
            "list",
            "template",
            "page",
            "where",
            "form",
            "image",
            "document",
            "location",
            "contacts",
            "reaction",
            "no reaction",
            "quoting",
            "bsuid",
            "odd characters",
        ],
    )
    async def test_fr_wa_003_each_kind_is_accepted_under_an_id(
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

    async def test_a_guests_message_is_marked_as_read(self, adapter: ChannelAdapter, provider: "Provider") -> None:
        wamid = provider.guest_writes()
        assert await adapter.mark_read(SENDER, wamid, typing=True) is True
        assert provider.was_read(wamid)

    async def test_marking_what_nobody_wrote_harms_nobody(self, adapter: ChannelAdapter, provider: "Provider") -> None:
        assert await adapter.mark_read(SENDER, "") is False

    async def test_fr_wa_006_a_file_comes_back_as_it_went(self, adapter: ChannelAdapter, provider: "Provider") -> None:
        media_id = await adapter.upload_media(SENDER, a_file())
        fetched = [piece async for piece in adapter.fetch_media(SENDER, MediaRef(media_id), most_bytes=len(OGG))]
        assert b"".join(fetched) == OGG
        assert len(fetched) > 1

    async def test_a_file_that_is_too_large_is_left(self, adapter: ChannelAdapter, provider: "Provider") -> None:
        media_id = await adapter.upload_media(SENDER, a_file())
        with pytest.raises(MediaTooLarge):
            [_ async for _ in adapter.fetch_media(SENDER, MediaRef(media_id), most_bytes=len(OGG) - 1)]

    async def test_a_file_that_is_not_there_is_gone(self, adapter: ChannelAdapter, provider: "Provider") -> None:
        with pytest.raises(MediaGone):
            [_ async for _ in adapter.fetch_media(SENDER, MediaRef("999999999999"), most_bytes=10)]

    def test_what_it_cannot_carry_is_named(self, adapter: ChannelAdapter) -> None:
        assert adapter.validate(message()) == []
        [wrong] = adapter.validate(message(type="hologram"))
        assert wrong.field == "type"
        [long] = adapter.validate(message(text="x" * (adapter.capabilities.longest_text + 1)))
        assert long.field == "text"


def a_file() -> OutboundFile:
    """A voice message in two pieces."""

    async def pieces() -> AsyncIterator[bytes]:
        yield OGG[:100]
        yield OGG[100:]

    return OutboundFile("voz.ogg", "audio/ogg", len(OGG), pieces())


class Provider:
    """The other side, as the contract uses it."""

    def accepted(self) -> Sequence[str]:
        """Recipients of what was accepted, in order."""
        raise NotImplementedError

    def refuse(self, code: int) -> None:
        """Refuse the next one with this code."""
        raise NotImplementedError

    def guest_writes(self) -> str:
        """Have a guest write to the number; the message's id."""
        raise NotImplementedError

    def was_read(self, wamid: str) -> bool:
        """Whether the guest sees that their message was read."""
        raise NotImplementedError

    def be_unreadable(self) -> None:
        """Answer the next one with nothing readable."""
        raise NotImplementedError
