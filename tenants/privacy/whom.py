"""A contact as exporting and erasing know it: every name under which something of theirs may be found."""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import connection

from ops.salon import current_salon_id
from ops.sealing import place
from tenants.audit.sealing.pruning import plain
from tenants.privacy import registry
from tenants.salons.keys import box_of

_PURPOSE = "erased identities"


@dataclass(frozen=True, slots=True)
class Person:
    """Ids of the contact and of those that had become part of it; their identities; what was theirs."""

    ids: tuple[int, ...]
    public_ids: tuple[UUID, ...]
    # (portfolio, kind, value), those they had before too.
    identities: tuple[tuple[str, str, str], ...] = ()
    name: str = ""
    things: tuple[UUID, ...] = field(default=(), repr=False)

    @property
    def public_id(self) -> UUID:
        """The contact's own."""
        return self.public_ids[0]

    @property
    def values(self) -> list[str]:
        """Identities as they are written."""
        return sorted({value for _portfolio, _kind, value in self.identities})

    @property
    def needles(self) -> list[str]:
        """What finds them in a text: phones without their +, so that it finds them with it too; and public ids."""
        return [*(value.removeprefix("+") for value in self.values), *map(str, self.public_ids)]

    def params(self) -> dict[str, Any]:
        """For conditions (declaring)."""
        return {
            "c": list(self.ids),
            "p": [str(one) for one in self.public_ids],
            "things": list(self.things),
            "likes": [f"%{plain(needle)}%" for needle in self.needles],
            "values": self.values,
            "salon": salon_id(),
            # How some payloads, and the count of a portfolio's guests, name them.
            "numbers": [str(one) for one in self.ids],
            "guests": [f"{salon_id()}:{one}" for one in self.ids],
        }

    def with_things(self) -> "Person":
        """The same with the public ids of all that is theirs now."""
        selects, params = [], self.params()
        for one in registry.of_guests():
            model = registry.models_of_tables()[one.name]
            is_named = any(field.name == "public_id" for field in model._meta.concrete_fields)
            # A list that happens to name them is the salon's.
            if is_named and not one.is_public and "%(things)s" not in one.where and not one.is_of_many:
                selects.append(f"SELECT t.public_id FROM {one.name} t WHERE {one.where}")
        with connection.cursor() as cursor:
            cursor.execute(" UNION ".join(selects), params)
            found = tuple(public_id for (public_id,) in cursor.fetchall())
        return replace(self, things=tuple(dict.fromkeys((*self.public_ids, *self.things, *found))))

    def sealed(self, row: object) -> bytes:
        """For the row of the work on it."""
        said = {
            "ids": self.ids,
            "public_ids": [str(one) for one in self.public_ids],
            "identities": self.identities,
            "name": self.name,
            "things": [str(one) for one in self.things],
        }
        packed = zlib.compress(json.dumps(said).encode())
        return box_of(salon_id()).seal(packed, place(salon_id(), "privacy_request", "sealed_person", row))

    @classmethod
    def opened(cls, blob: bytes, row: object) -> "Person":
        """As it was sealed. Raises CannotOpen."""
        packed = box_of(salon_id()).open(blob, place(salon_id(), "privacy_request", "sealed_person", row))
        said = json.loads(zlib.decompress(packed))
        return cls(
            ids=tuple(said["ids"]),
            public_ids=tuple(UUID(one) for one in said["public_ids"]),
            identities=tuple((one[0], one[1], one[2]) for one in said["identities"]),
            name=said["name"],
            things=tuple(UUID(one) for one in said["things"]),
        )

    def hashes(self) -> list[str]:
        """Keyed hashes of the identities."""
        return hashes_of((kind, value) for _portfolio, kind, value in self.identities)


def hashes_of(identities: Iterable[tuple[str, str]]) -> list[str]:
    """Keyed hashes of (kind, value): only the salon's own key makes them, so that nobody finds a phone by trying all.

    A phone counts without its +, so that the digits in any text make the same hash.
    """
    box = box_of(salon_id())
    return [box.hashed(value.removeprefix("+"), _PURPOSE) for _kind, value in sorted(set(identities))]


def hashes_of_values(values: Sequence[str]) -> list[str]:
    """The same of values as they were found, in their order."""
    box = box_of(salon_id())
    return [box.hashed(value.removeprefix("+"), _PURPOSE) for value in values]


def salon_id() -> int:
    """The salon we are in. Raises RuntimeError outside of one."""
    found = current_salon_id()
    if found is None:
        raise RuntimeError("people belong to a salon; there is none here")
    return found
