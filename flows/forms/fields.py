"""From the settings of a node to the fields of its form: kinds come from the model, words and order from a table."""

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from flows.engine.bodies import MAX_BUTTONS_BODY, MAX_TEXT_BODY
from flows.engine.expressions import Expression, Template
from flows.nodes.base import TYPES
from flows.nodes.settings import Duration, LongText, ShortText

JSON = dict[str, Any]
Words = str | Promise
LEAVES: Final = frozenset(
    {"text", "line", "name", "formula", "choice", "number", "clock", "date", "json", "id", "media", "hidden"}
)
# How long a text with blanks may be, by the validator that reads it.
TEXT_LENGTHS: Final = {
    id(get_args(LongText)[1]): MAX_TEXT_BODY,
    id(get_args(ShortText)[1]): MAX_BUTTONS_BODY,
}


@dataclass(frozen=True, kw_only=True)
class Field:
    """What a table says of one setting; what it leaves open is read from the model."""

    # The key in the node; one with "@" stands for several of them (`virtual`).
    name: str
    label: Words
    # Its place in the form, where several fields stand for one setting.
    slot: str = ""
    help: Words = ""
    kind: str = ""
    # Shown, and kept, only while other fields of the same group have one of these values.
    when: Mapping[str, Sequence[str]] = field(default_factory=dict)
    choices: Mapping[str, Words] = field(default_factory=dict)
    # Where choices come from that are not known beforehand (flows.forms.sources).
    source: str = ""
    placeholder: Words = ""
    # What an optional setting, or a new row, begins with.
    initial: Any = None
    # The settings of a group, or of one row.
    item: Sequence["Field"] = ()
    add: Words = ""
    more: bool = False
    half: bool = False
    # (a field, its values, how many characters fit then)
    shorter: tuple[str, Sequence[str], int] | None = None
    # An optional group without one is there while `when` wants it.
    switch: bool = True
    # So many rows stand there as soon as it is shown.
    begin: int = 0
    most: int | None = None
    virtual: "Virtual | None" = None


@dataclass(frozen=True)
class Virtual:
    """A field that is no setting of its own: `get` reads it from the node, `put` writes it if it is kept at all."""

    get: Callable[[JSON], str]
    put: Callable[[JSON, str], None] | None = None
    # Of the node, for mistakes in what it stands for.
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bound:
    """A field of the form as the model and the table make it."""

    spec: Field
    kind: str
    is_optional: bool = False
    has_default: bool = False
    default: Any = None
    most: int | None = None
    least: int = 0
    choices: Mapping[str, Words] = field(default_factory=dict)
    children: tuple["Bound", ...] = ()
    is_scalar: bool = False
    whole: bool = False

    @property
    def name(self) -> str:
        """Its key in the node."""
        return self.spec.name

    @property
    def segment(self) -> str:
        """Its part of the path."""
        return self.spec.slot or self.spec.name

    @property
    def has_switch(self) -> bool:
        """Whether a box says that it is there at all."""
        return self.is_optional and self.spec.switch and self.kind in ("duration", "group")

    @property
    def is_leaf(self) -> bool:
        """Whether one control is all of it."""
        return self.kind in LEAVES


@lru_cache(maxsize=64)
def fields_of(node_type: str) -> tuple[Bound, ...]:
    """The form of a node type, in the order of its table; what the table forgot stands at the end."""
    from flows.forms.tables import TABLES

    return bind(TYPES[node_type], TABLES.get(node_type, ()))


def bind(model: type[BaseModel], specs: Sequence[Field]) -> tuple[Bound, ...]:
    """The fields of a model."""
    settings_by_key = {info.alias or name: info for name, info in model.model_fields.items()}
    named = {spec.name for spec in specs}
    forgotten = [Field(name=name, label=name.replace("_", " ").capitalize()) for name in settings_by_key]
    every = [*specs, *(spec for spec in forgotten if spec.name not in named)]
    bound = (bind_one(settings_by_key.get(spec.name), spec) for spec in every)
    return tuple(one for one in bound if one is not None)


def bind_one(info: FieldInfo | None, spec: Field) -> Bound | None:
    """One field; None for a setting that this model does not have (any more)."""
    if spec.virtual:
        return Bound(spec, spec.kind or "choice", choices=spec.choices, has_default=spec.virtual.put is None)
    return bound_of(spec, info) if info is not None else None


def bound_of(spec: Field, info: FieldInfo) -> Bound:
    """A setting of the model, with what its annotation says."""
    annotation, metadata = plain(info.annotation, list(info.metadata))
    is_optional = annotation is not info.annotation and type(None) in get_args(info.annotation)
    default = info.default
    if info.default_factory is not None:
        default = info.get_default(call_default_factory=True)
    has_default = default is not PydanticUndefined
    kind = spec.kind or kind_of(annotation)
    return Bound(
        spec,
        kind,
        is_optional=is_optional,
        has_default=has_default,
        default=json_of(default) if has_default else None,
        most=spec.most or limit(metadata, "max_length") or text_length(metadata),
        least=limit(metadata, "min_length") or 0,
        choices=spec.choices or {str(value): str(value) for value in literals(annotation)},
        children=children_of(spec, kind, annotation),
        is_scalar=kind == "rows" and not is_model(item_of(annotation)),
        whole=annotation is int,
    )


def plain(annotation: Any, metadata: list[Any]) -> tuple[Any, list[Any]]:
    """Without `Annotated` and `| None` around it, and what they said."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            metadata = [*metadata, *more]
        elif origin in (Union, types.UnionType) and len(rest := without_none(annotation)) == 1:
            annotation = rest[0]
        else:
            return annotation, metadata


def without_none(annotation: Any) -> list[Any]:
    return [one for one in get_args(annotation) if one is not type(None)]


def is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def item_of(annotation: Any) -> Any:
    """What a tuple or list holds."""
    inner = [one for one in get_args(annotation) if one is not Ellipsis]
    return plain(inner[0], [])[0] if inner else None


def kind_of(annotation: Any) -> str:
    """The kind of field that fits the type of a setting."""
    simple = {Template: "text", Expression: "formula", bool: "flag", int: "number", float: "number", str: "line"}
    if annotation in simple:
        return simple[annotation]
    if is_model(annotation):
        return "duration" if issubclass(annotation, Duration) else "group"
    origin = get_origin(annotation)
    if origin is Literal:
        return "choice"
    if origin is dict:
        return "pairs"
    if origin in (tuple, list, frozenset, set):
        item = item_of(annotation)
        if get_origin(item) is Literal:
            return "checks"
        return "chips" if item is str else "rows"
    return "json"


def children_of(spec: Field, kind: str, annotation: Any) -> tuple[Bound, ...]:
    """The fields inside of a group, or of each row."""
    if kind == "group" and is_model(annotation):
        return bind(annotation, spec.item)
    if kind != "rows":
        return ()
    item = item_of(annotation)
    if is_model(item):
        return bind(item, spec.item)
    one = spec.item[0] if spec.item else Field(name="value", label=spec.label)
    inner, metadata = plain(next(iter(get_args(annotation)), None), [])
    return (Bound(one, one.kind or kind_of(inner), most=limit(metadata, "max_length") or text_length(metadata)),)


def literals(annotation: Any) -> tuple[Any, ...]:
    """The values of a Literal, or of a list of one."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    item = item_of(annotation)
    return get_args(item) if get_origin(item) is Literal else ()


def limit(metadata: Sequence[Any], name: str) -> int | None:
    """A bound that one of the annotations names."""
    found = (getattr(one, name, None) for one in metadata)
    return next((value for value in found if isinstance(value, int)), None)


def text_length(metadata: Sequence[Any]) -> int | None:
    """The length of a text with blanks."""
    return next((TEXT_LENGTHS[id(one)] for one in metadata if id(one) in TEXT_LENGTHS), None)


def json_of(value: Any) -> Any:
    """A default as JSON would keep it."""
    if isinstance(value, Template | Expression):
        return value.source
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, tuple | list | frozenset):
        return [json_of(one) for one in value]
    if isinstance(value, dict):
        return {key: json_of(one) for key, one in value.items()}
    return value


UNITS: Final[Mapping[str, Words]] = {
    "seconds": _("seconds"),
    "minutes": _("minutes"),
    "hours": _("hours"),
    "days": _("days"),
    "weeks": _("weeks"),
}
