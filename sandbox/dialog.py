"""The page that stands for Meta's embedded signup: a number is made or chosen, a code goes back (WHATSAPP.md §9)."""

import html
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from sandbox.accounts import NEW_LIMIT, Account
from sandbox.asgi import Call
from sandbox.dialog_words import words
from sandbox.numbers import COEXISTENCE_MPS, DEFAULT_MPS, Number
from sandbox.phone.page import STATIC
from sandbox.phone.words import language_of
from sandbox.world import World

FORM_MAX = 64 * 1024
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_KEPT = ("client_id", "redirect_uri", "response_type", "config_id", "state", "scope", "extras")


def may_return_to(world: World, address: str) -> bool:
    """Whether the dialog may send people to this address: this machine, or a host of SANDBOX_REDIRECT_HOSTS."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    here = host in _LOOPBACK or host.endswith(".localhost")
    if parts.scheme == "http":
        return here
    return parts.scheme == "https" and (here or host in world.settings.redirect_hosts)


def _back(address: str, answer: dict[str, str]) -> str:
    parts = urlsplit(address)
    query = "&".join(filter(None, (parts.query, urlencode(answer))))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _policy(address: str) -> bytes:
    # Chromium holds every redirect after a form to form-action, so the product's own hosts stand there.
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc} {parts.scheme}://*.{parts.netloc}"
    base = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
    return f"{base}; form-action 'self' {origin}".encode("latin-1", "ignore")


async def _page(call: Call, name: str, values: dict[str, str], *, status: int = 200, back: str = "") -> None:
    """Send a page; values whose names end in `_html` are markup already."""
    language = language_of(call.header(b"accept-language").decode("latin-1"))
    text = (STATIC / name).read_text(encoding="utf-8")
    for field, value in {**words(language), **values, "language": language}.items():
        text = text.replace("{{ " + field + " }}", value if field.endswith("_html") else html.escape(value))
    headers = [
        (b"content-security-policy", _policy(back)),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cache-control", b"no-store"),
    ]
    await call.answer(status, text.encode(), b"text/html; charset=utf-8", headers)


def _choices(world: World) -> str:
    """The accounts that exist, as radio buttons."""
    shown = []
    for waba_id in dict.fromkeys(number.waba_id for number in world.numbers.registered()):
        numbers = world.numbers.of_waba(waba_id)
        phones = ", ".join(number.display_phone for number in numbers)
        name = html.escape(world.accounts.get(waba_id, numbers[0].verified_name).name)
        shown.append(
            f'<label class="choice"><input type="radio" name="choice" value="{html.escape(waba_id)}">'
            f"<span><strong>{name}</strong><small>{html.escape(phones)}</small></span></label>"
        )
    return "".join(shown)


def _made_phone() -> str:
    digits = str(secrets.randbelow(90_000_000) + 10_000_000)
    return f"+55 11 9{digits[:4]}-{digits[4:]}"


async def _show(world: World, call: Call, query: dict[str, str]) -> None:
    kept = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(query[name])}">' for name in _KEPT if name in query
    )
    values = {"kept_html": kept, "choices_html": _choices(world), "phone": _made_phone()}
    await _page(call, "dialog.html", values, back=query["redirect_uri"])


def _new_number(world: World, form: dict[str, str]) -> str:
    """A number in a new account, not registered yet; its account's id."""
    phone = form.get("phone", "").strip()[:30]
    name = form.get("name", "").strip()[:60] or "Sandbox"
    waba_id, phone_number_id, business_id = (str(secrets.randbelow(9 * 10**14) + 10**14) for _ in range(3))
    on_app = form.get("coexistence") == "1"
    number = Number(
        phone_number_id,
        waba_id,
        phone if sum(map(str.isdecimal, phone)) >= 8 else _made_phone(),
        name,
        throughput_mps=COEXISTENCE_MPS if on_app else DEFAULT_MPS,
        registered=on_app,
        coexistence=on_app,
        onboarded_at=world.clock.now() if on_app else 0.0,
    )
    world.numbers.put(number)
    world.accounts.put(Account(waba_id, name, business_id), limit=NEW_LIMIT)
    world.sender.silent.add(waba_id)  # until the product subscribes
    world.tokens.insist(waba_id)
    world.templates.greet(waba_id)
    return waba_id


async def _go_on(world: World, call: Call, form: dict[str, str]) -> None:
    back, state = form["redirect_uri"], {"state": form["state"]} if "state" in form else {}
    if form.get("answer") == "cancel":
        denied = {"error": "access_denied", "error_code": "200", "error_description": "Permissions error"}
        answer = {**denied, "error_reason": "user_denied", **state}
    else:
        chosen = form.get("choice", "new")
        waba_id = chosen if world.numbers.of_waba(chosen) else _new_number(world, form)
        code = world.tokens.code_for([waba_id], redirect_uri=back, client_id=form["client_id"])
        answer = {"code": code, **state}
        world.changed = True
        world.save()
    headers = [(b"location", _back(back, answer).encode()), (b"content-security-policy", _policy(back))]
    await call.answer(302, b"", b"text/plain", headers)


async def handle(world: World, call: Call) -> None:
    """GET and POST /v<NN>.<N>/dialog/oauth."""
    query = call.query()
    if call.method == "POST":
        if call.header(b"sec-fetch-site") in (b"cross-site", b"same-site"):
            return await _page(call, "dialog_error.html", {"why": "cross-site"}, status=403)
        raw = (await call.body(FORM_MAX)).decode("utf-8", "replace")
        query = {name: values[-1] for name, values in parse_qs(raw, keep_blank_values=True).items()}
    elif call.method not in ("GET", "HEAD"):
        return await call.answer_json({"error": "use GET or POST"}, 405)
    if not query.get("client_id"):
        return await _page(call, "dialog_error.html", {"why": "Invalid App ID: client_id"}, status=400)
    address = query.get("redirect_uri", "")
    if not may_return_to(world, address):
        why = f"URL blocked: the redirect URI is not on the list of the app's settings: {address or '-'}"
        return await _page(call, "dialog_error.html", {"why": why}, status=400)
    if query.get("response_type", "code") != "code":
        return await _page(call, "dialog_error.html", {"why": "response_type must be code"}, status=400)
    await (_go_on if call.method == "POST" else _show)(world, call, query)
    return None
