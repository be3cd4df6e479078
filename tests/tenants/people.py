"""A person's browser that goes from host to host: each host has its own cookies, as in a real one."""

import re
from typing import Any
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from config.env import env
from tenants.accounts import post
from tenants.accounts.models import User

PASSWORD = "um gato no telhado"


class Person:
    """Follows links over hosts with one cookie jar for each."""

    def __init__(self) -> None:
        self.jars: dict[str, Client] = {}

    def at(self, host: str) -> Client:
        """This person's browser at one host."""
        return self.jars.setdefault(host, Client(headers={"host": host}))

    def open(self, url: str, **data: Any) -> Any:
        """The answer at an absolute address, or a path of the public host."""
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return self.at(parts.netloc or env.public_host).get(path, data)

    def send(self, url: str, **data: Any) -> Any:
        """Post a form."""
        parts = urlsplit(url)
        return self.at(parts.netloc or env.public_host).post(parts.path, data)

    def follow(self, url: str) -> tuple[str, Any]:
        """Go where the redirects lead: the last address and its answer."""
        for _ in range(8):
            answer = self.open(url)
            if answer.status_code != 302:
                return url, answer
            parts, target = urlsplit(url), answer["Location"]
            url = target if "://" in target else f"http://{parts.netloc or env.public_host}{target}"
        raise AssertionError(f"too many redirects: {url}")

    def log_in(self, email: str, password: str = PASSWORD) -> Any:
        """By the form of the public host."""
        return self.send("/accounts/login/", login=email, password=password)


def registered(email: str, **fields: Any) -> User:
    """Somebody with a confirmed address."""
    user = User.objects.create_user(email, PASSWORD, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def link_in_mail() -> str:
    """The address in the newest mail, once the post has come."""
    post.run()
    found = re.search(r"https?://\S+", str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found[0].rstrip(".")
