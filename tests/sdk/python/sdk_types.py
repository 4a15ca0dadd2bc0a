"""The types that the SDK declares for a method's request and response, as JSON in the names of the REST
API: "string", "number", "boolean", "time", "any", {"values": [...]} of an enumeration, {"list": TYPE},
{"fields": {NAME: TYPE}}.
"""

import collections.abc
import datetime
import enum
import functools
import inspect
import re
import typing

import pydantic
import typing_extensions
from extend_ai.core.serialization import FieldMetadata

SCALARS = {
    bool: "boolean",
    datetime.datetime: "time",
    float: "number",
    int: "number",
    str: "string",
    typing.Any: "any",
}
# Parameters that are no part of the request: they are headers and settings of the call.
NO_FIELDS = ("extend_workspace_id", "request_options")


def of_method(method):
    hints = typing_extensions.get_type_hints(method, include_extras=True)
    response = hints.pop("return")
    request = {
        re.sub("_(.)", lambda found: found[1].upper(), name): describe(hint)
        for name, hint in hints.items()
        if name not in NO_FIELDS
    }
    return {"request": {"fields": request}, "response": describe(response)}


def describe(hint):
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Annotated, typing_extensions.NotRequired):
        return describe(arguments[0])
    if origin is typing.Union:
        return functools.reduce(merge, [describe(item) for item in arguments if item is not type(None)])
    if origin in (list, collections.abc.Sequence):
        return {"list": describe(arguments[0])}
    if origin is typing.Literal:
        return {"values": list(arguments)}
    if origin is dict:
        return "any"
    if typing_extensions.is_typeddict(hint):
        fields = typing_extensions.get_type_hints(hint, include_extras=True)
        return {"fields": {alias(name, item): describe(item) for name, item in fields.items()}}
    if inspect.isclass(hint) and issubclass(hint, pydantic.BaseModel):
        fields = hint.model_fields
        return {
            "fields": {item.alias or name: describe(item.annotation) for name, item in fields.items()}
        }
    if inspect.isclass(hint) and issubclass(hint, enum.Enum):
        # Not the member that stands for values from later versions.
        return {"values": [member.value for member in hint if not member.name.startswith("_")]}
    return SCALARS[hint]


def alias(name, hint):
    """The field's name in JSON, which a TypedDict keeps in an annotation."""
    if typing.get_origin(hint) is typing_extensions.NotRequired:
        return alias(name, typing.get_args(hint)[0])
    aliases = [item.alias for item in typing.get_args(hint) if isinstance(item, FieldMetadata)]
    return aliases[0] if aliases else name


def merge(one, other):
    """Of the members of a union: all fields, all values."""
    if one == other:
        return one
    if "values" in one:
        return {"values": one["values"] + other["values"]}
    fields = dict(one["fields"])
    for name, item in other["fields"].items():
        fields[name] = merge(fields[name], item) if name in fields else item
    return {"fields": fields}
