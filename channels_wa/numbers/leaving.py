"""Disconnecting a number: what Meta is told, then what we do whatever Meta answers."""

from typing import Any

from channels_wa.adapters.cloud_api.graph import GraphClient, GraphError
from channels_wa.numbers import actions, meta, words
from channels_wa.numbers.models import Number
from channels_wa.numbers.words import Refused
from ops.sealing import CannotOpen


def leave(number: Number, *, deregister: bool, by: Any = None) -> Refused | None:
    """Disconnect; what Meta refused on the way, if anything. The number is disconnected here in any case."""
    problem = _tell_meta(number, deregister=deregister)
    actions.disconnect(number, by=by)
    return problem


def _tell_meta(number: Number, *, deregister: bool) -> Refused | None:
    others = Number.objects.filter(waba_id=number.waba_id).exclude(pk=number.pk)
    try:
        client = GraphClient(actions.token_of(number))
        if deregister:
            meta.deregister(client, number.phone_number_id)
        # Its account may serve other numbers here, of this salon or another; their messages must go on coming.
        if not others.exists():
            meta.unsubscribe(client, number.waba_id)
    except CannotOpen:
        return words.read("190")
    except GraphError as error:
        return words.refused(error)
    return None
