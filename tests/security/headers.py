"""What holds of every answer of both hosts (TN-009); the walks over all addresses ask it of each."""

import re
from typing import Any

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": ("same-origin", "no-referrer"),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
    "X-Frame-Options": "DENY",
}
INLINE = {
    "a script of its own": re.compile(r"<script(?![^>]*\b(?:src|nonce)=)(?![^>]*type=\"application/json\")[^>]*>"),
    "a style of its own": re.compile(r"<style(?![^>]*\bnonce=)[^>]*>|<[^>]+\sstyle=\"", re.IGNORECASE),
    "a handler": re.compile(r"<[^>]+\son[a-z]+=\"|<[^>]+\shx-on|javascript:", re.IGNORECASE),
}
SAFE_COOKIE = re.compile(r"__Host-[a-z]+")


def policy_of(answer: Any) -> dict[str, list[str]]:
    """The answer's policy by directive."""
    words = [part.split() for part in answer["Content-Security-Policy"].split(";")]
    return {name: values for name, *values in words}


def check(answer: Any, where: str) -> None:
    """Everything that holds of any answer."""
    for name, value in ALWAYS.items():
        known = value if isinstance(value, tuple) else (value,)
        assert answer.headers.get(name) in known, (where, name, answer.headers.get(name))
    assert "microphone=(self)" in answer["Permissions-Policy"], where
    assert "camera=()" in answer["Permissions-Policy"], where
    # No other origin may read anything.
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")], where
    kept = answer["Cache-Control"]
    assert "no-store" in kept or "no-cache" in kept or kept.startswith("private"), (where, kept)
    for name, cookie in answer.cookies.items():
        assert SAFE_COOKIE.fullmatch(name), (where, name)
        assert cookie["secure"] and cookie["path"] == "/" and not cookie["domain"], (where, name)
        assert cookie["samesite"] in ("Lax", "Strict"), (where, name)
    if "sandbox" not in answer["Content-Security-Policy"]:
        check_policy(answer, where)


def check_policy(answer: Any, where: str) -> None:
    """No origin but our own, nothing inline without the answer's nonce, framed nowhere."""
    policy = policy_of(answer)
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"], where
    assert policy["default-src"] == ["'self'"], where
    for name in ("script-src", "style-src"):
        assert policy[name][0] == "'self'", where
        assert all(one.startswith("'nonce-") for one in policy[name][1:]), (where, policy[name])
    if answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming:
        page = re.sub(r"<textarea.*?</textarea>", "", answer.content.decode(), flags=re.DOTALL)
        for what, pattern in INLINE.items():
            found = pattern.search(page)
            assert found is None, (where, what, found and found[0])
