"""Compares the types that the SDK declares for requests and responses with the proto; and records which
fields had a value in some call, so that none goes unseen.
"""

from google.protobuf.descriptor import FieldDescriptor

from sides import METHODS, rest_spelling

# Fields and enum values that an SDK does not know, with the reason. A reason that is no longer needed is
# a failure.
_CANCELLING = "the API's documentation and the SDK's pollers have it, for runs of every kind"
UNKNOWN = {
    "python": {"RunStatus.CANCELLING": _CANCELLING},
    "typescript": {
        "RunStatus.CANCELLING": _CANCELLING,
        "SplitAdvancedOptions.strictIdentifierModeEnabled": "newer than 1.17.0, the latest on npm",
    },
}

# What an SDK may have, in the words of python/sdk_types.py, for a field of the proto.
KINDS = {
    FieldDescriptor.TYPE_BOOL: {"boolean"},
    FieldDescriptor.TYPE_DOUBLE: {"number"},
    FieldDescriptor.TYPE_INT32: {"number"},
    FieldDescriptor.TYPE_STRING: {"string", "values"},  # An open vocabulary is a string.
    FieldDescriptor.TYPE_ENUM: {"values"},
    FieldDescriptor.TYPE_MESSAGE: {"fields"},
}
WELL_KNOWN = {
    "google.protobuf.Struct": {"any", "fields"},
    "google.protobuf.Timestamp": {"string", "time"},
}


class ApiTypes:
    def __init__(self, language, types):
        self.types = types
        self.unknown = UNKNOWN.get(language, {})
        self.excused = set()
        self.seen = set()

    def differences(self):
        found = []
        for call, method in METHODS.items():
            for part, message in (("request", method.input_type), ("response", method.output_type)):
                found += self._of_message(message, self.types[call][part]["fields"], f"{call} {part}")
        return found + [f"{name}: the SDK knows it now" for name in self.unknown.keys() - self.excused]

    def record(self, message):
        """Sees the fields that are set in a request or response, however deep."""
        for field, value in message.ListFields():
            self.seen.add(_name(field))
            if _has_fields(field):
                for item in value if field.is_repeated else [value]:
                    self.record(item)

    def unseen(self):
        names = set()
        for method in METHODS.values():
            _reach(method.input_type, names)
            _reach(method.output_type, names)
        return [f"{name}: had a value in no call" for name in sorted(names - self.seen)]

    def _of_message(self, descriptor, described, path):
        for field in descriptor.fields:
            where = f"{path}.{field.json_name}"
            if field.json_name in described:
                yield from self._of_field(field, described[field.json_name], where)
            elif _name(field) in self.unknown:
                self.excused.add(_name(field))
            else:
                yield f"{where}: the proto has it, the SDK does not"
        for name in sorted(described.keys() - {field.json_name for field in descriptor.fields}):
            yield f"{path}.{name}: the SDK has it, the proto does not"

    def _of_field(self, field, described, path):
        if field.is_repeated and _kind(described) == "list":
            described = described["list"]
        elif field.is_repeated or _kind(described) == "list":
            yield f"{path}: repeated on one side only"
            return
        kinds = WELL_KNOWN.get(_message_name(field), KINDS[field.type])
        if _kind(described) not in kinds:
            yield f"{path}: the SDK has {_kind(described)}, the proto {' or '.join(sorted(kinds))}"
        elif field.enum_type:
            values = {rest_spelling(value) for value in field.enum_type.values if value.number}
            for value in sorted(values ^ set(described["values"])):
                name = f"{field.enum_type.name}.{value}"
                if value in values and name in self.unknown:
                    self.excused.add(name)
                    continue
                yield f"{path}: {'the proto' if value in values else 'the SDK'} alone has {value}"
        elif _has_fields(field):
            yield from self._of_message(field.message_type, described["fields"], path)


def _kind(described):
    return described if isinstance(described, str) else next(iter(described))


def _name(field):
    return f"{field.containing_type.name}.{field.json_name}"


def _message_name(field):
    return field.message_type.full_name if field.message_type else None


def _has_fields(field):
    return field.message_type is not None and _message_name(field) not in WELL_KNOWN


def _reach(descriptor, names):
    """The fields of a message, and of the messages in it. None of them is in itself."""
    for field in descriptor.fields:
        names.add(_name(field))
        if _has_fields(field):
            _reach(field.message_type, names)
