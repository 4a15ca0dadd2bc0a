"""What differs between the SDK's answer and the gateway's, field by field.

The two may differ only by these rules:
- A field that is missing in protobuf is null, or missing, in the SDK. Repeated: empty, null or missing.
- Where the proto has no presence, the SDK must have a value; the proto's may be the default.
- Enum values: the REST spelling. Timestamps: the same instant. Struct: the same JSON, where all numbers
  are doubles.
- An HTTP error is the gRPC code of CODES, with the body's code as ErrorInfo.reason. A refused cancel is
  FAILED_PRECONDITION, with a reason and words of the gateway's own and the run's status.
"""

import datetime
import json

from google.protobuf import json_format

from sides import rest_spelling

CODES = {400: "INVALID_ARGUMENT", 402: "FAILED_PRECONDITION", 404: "NOT_FOUND"}


def of_answers(sdk, gateway, refusal=None):
    """Differences, as texts. `refusal`, of a cancel: its reason and the run's status."""
    if sdk.error and gateway.error:
        return list(_of_errors(sdk.error, gateway.error, refusal))
    if sdk.error or gateway.error:
        return [f"the SDK has {sdk.error or 'a value'}, the gateway {gateway.error or 'a value'}"]
    return list(of_messages(sdk.value, gateway.value))


def of_messages(value, message, path=""):
    if not isinstance(value, dict):
        yield f"{path}: the SDK has {value!r}, the gateway a message"
        return
    rest = dict(value)
    for field in message.DESCRIPTOR.fields:
        name = field.json_name
        yield from _of_fields(rest.pop(name, None), message, field, f"{path}.{name}")
    for name in rest:
        yield f"{path}.{name}: the SDK has it, the proto does not"


def _of_fields(value, message, field, path):
    item = getattr(message, field.name)
    if field.is_repeated:
        values = value or []
        if len(values) != len(item):
            yield f"{path}: the SDK has {len(values)}, the gateway {len(item)}"
        for index, pair in enumerate(zip(values, item)):
            yield from _of_values(*pair, field, f"{path}[{index}]")
    elif field.has_presence and not message.HasField(field.name):
        if value is not None:
            yield f"{path}: the SDK has {value!r}, the gateway nothing"
    elif value is None:
        yield f"{path}: the SDK has nothing, the gateway {item!r}"
    else:
        yield from _of_values(value, item, field, path)


def _of_values(value, item, field, path):
    kind = field.message_type.full_name if field.message_type else ""
    if kind == "google.protobuf.Timestamp":
        equal = datetime.datetime.fromisoformat(value) == item.ToDatetime(datetime.timezone.utc)
    elif kind == "google.protobuf.Struct":
        item = json_format.MessageToDict(item)
        equal = as_text(value) == as_text(item)
    elif kind:
        yield from of_messages(value, item, path)
        return
    elif field.enum_type:
        item = rest_spelling(field.enum_type.values_by_number[item])
        equal = value == item
    else:
        equal = as_text(value) == as_text(item)
    if not equal:
        yield f"{path}: the SDK has {value!r}, the gateway {item!r}"


def as_text(value):
    """Equal for equal JSON values only: True is not 1, but 1 is 1.0."""
    return json.dumps(json.loads(json.dumps(value), parse_int=float), sort_keys=True)


def _of_errors(sdk, gateway, refusal):
    body = dict(sdk["body"])
    code, message, retryable = body.pop("code"), body.pop("message"), body.pop("retryable")
    wanted = {"httpStatus": str(sdk["status"])}
    wanted.update((name, body.pop(name, None)) for name in ("docUrl", "runId"))
    if refusal:
        wanted.update(zip(("reason", "status"), refusal), code="FAILED_PRECONDITION")
    else:
        wanted.update(code=CODES.get(sdk["status"]), reason=code)
        wanted.update(message=message, retryable=json.dumps(retryable))
    found = {**gateway.metadata, **gateway._asdict()}
    for name, value in wanted.items():
        if found.get(name) != value:
            yield f"error {name}: by the SDK's {value!r}, the gateway has {found.get(name)!r}"
    # Each request has its own.
    if not body.pop("requestId", None) or not gateway.metadata.get("requestId"):
        yield "error requestId: not on both sides"
    for name in body:
        yield f"error {name}: the SDK has it, the gateway does not"
