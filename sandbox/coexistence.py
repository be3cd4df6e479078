"""A number that its owner also has in the WhatsApp Business app: echoes, history, contacts (WHATSAPP.md §6, §9)."""

from sandbox import wamid
from sandbox.asgi import JSON
from sandbox.numbers import Number
from sandbox.phone.chats import GuestMessage, pair
from sandbox.world import World

PHASES = (0, 1, 2)  # the last day, up to 90 days, up to 180
PHASE_DAYS = (1, 90, 180)
_SAID = ("Oi, tem horário amanhã?", "Tem sim, às 15h.", "Perfeito, pode marcar.", "Marcado! Até amanhã.")
_NAMES = ("Ana Souza", "João Lima", "Carla Dias", "Pedro Rocha", "Bia Alves", "Lucas Melo", "Rita Nunes")


def _metadata(number: Number) -> JSON:
    return {"display_phone_number": number.digits, "phone_number_id": number.phone_number_id}


def echo(world: World, number: Number, to: str, content: JSON) -> str:
    """The salon writes from its own phone; the wamid. `content` has `type` and what stands under it."""
    message: JSON = {"from": number.digits, "id": wamid.outgoing(to), "timestamp": world.clock.stamp(), **content}
    message["to" if to.isdecimal() else "to_user_id"] = to
    value = {"messaging_product": "whatsapp", "metadata": _metadata(number), "message_echoes": [message]}
    world.tell(number.waba_id, "smb_message_echoes", value)
    talk = pair(number.phone_number_id, to)
    world.chats.wrote(GuestMessage(talk, message["id"], world.clock.now(), message, by="salon"))
    return str(message["id"])


def guests(count: int) -> list[str]:
    """Made phones, the same ones each time."""
    return [f"5511970{n:06d}" for n in range(count)]


def _thread(number: Number, guest: str, messages: int, at: float) -> JSON:
    """A talk that began at `at`, one message a minute, the guest first."""
    told: list[JSON] = []
    for place in range(messages):
        by_guest = place % 2 == 0
        message: JSON = {
            "from": guest if by_guest else number.digits,
            **({} if by_guest else {"to": guest}),
            "id": wamid.incoming(guest) if by_guest else wamid.outgoing(guest),
            "timestamp": str(int(at) + 60 * place),
            "type": "text",
            "text": {"body": _SAID[place % len(_SAID)]},
            "history_context": {"status": "READ" if by_guest else "DELIVERED"},
        }
        told.append(message)
    return {"id": guest, "messages": told}


def history(world: World, number: Number, *, threads: int, messages: int, chunk: int) -> int:
    """Bring 180 days of talks in three phases and in chunks; how many webhooks that are."""
    told = 0
    for phase in PHASES:
        began = world.clock.now() - PHASE_DAYS[phase] * 24 * 3600 * 0.9
        people = guests(threads)
        chunks = [people[start : start + chunk] for start in range(0, threads, chunk)] or [[]]
        for order, some in enumerate(chunks, 1):
            done = 100 * (phase * len(chunks) + order) // (len(PHASES) * len(chunks))
            about = {"phase": phase, "chunk_order": order, "progress": done}
            entry = {"metadata": about, "threads": [_thread(number, guest, messages, began) for guest in some]}
            value = {"messaging_product": "whatsapp", "metadata": _metadata(number), "history": [entry]}
            world.tell(number.waba_id, "history", value)
            told += 1
    return told


def decline_history(world: World, number: Number) -> None:
    """The owner does not share the history."""
    details = {"details": "History sharing is turned off by the business from the WhatsApp Business App"}
    error = {"code": 2593109, "title": "History sync is turned off", "message": "", "error_data": details}
    value = {"messaging_product": "whatsapp", "metadata": _metadata(number), "history": [{"errors": [error]}]}
    world.tell(number.waba_id, "history", value)


def contacts(world: World, number: Number, entries: list[JSON]) -> None:
    """smb_app_state_sync: contacts that were added, changed (`add`) or removed (`remove`) in the app."""
    stamp = world.clock.stamp()
    synced = []
    for entry in entries:
        action = entry.get("action", "add")
        contact = {"phone_number": entry["phone_number"]}
        if action == "add":
            name = str(entry.get("full_name") or entry["phone_number"])
            contact |= {"full_name": name, "first_name": str(entry.get("first_name") or name.split(maxsplit=1)[0])}
        synced.append({"type": "contact", "contact": contact, "action": action, "metadata": {"timestamp": stamp}})
    value = {"messaging_product": "whatsapp", "metadata": _metadata(number), "state_sync": synced}
    world.tell(number.waba_id, "smb_app_state_sync", value)


def sync(world: World, number: Number, kind: str) -> None:
    """What the product asked for by smb_app_data."""
    if kind == "history":
        history(world, number, threads=4, messages=6, chunk=2)
    else:
        people = zip(guests(len(_NAMES)), _NAMES, strict=True)
        contacts(world, number, [{"phone_number": phone, "full_name": name} for phone, name in people])
