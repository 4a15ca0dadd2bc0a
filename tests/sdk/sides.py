"""The two clients that are compared: an SDK, which is a program of its own, and the gateway's gRPC.

Both take a call's name (the RPC's) and its request, in the names and spellings of the REST API.
"""

import json
import subprocess
from typing import NamedTuple

import grpc
from google.protobuf import json_format, message_factory
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from extend.v1 import split_run_service_pb2, split_run_service_pb2_grpc
from gateway.v1 import annotations_pb2

METHODS = split_run_service_pb2.DESCRIPTOR.services_by_name["SplitRunService"].methods_by_name


class Answer(NamedTuple):
    # What the SDK has parsed, as JSON; or the gateway's response message. None after an error.
    value: object
    # The SDK's {"status": HTTP status, "body": what it has parsed}; or a GatewayError. None if all went
    # well.
    error: object

    @property
    def id(self):
        if self.error:
            raise RuntimeError(f"refused: {self.error}")
        return self.value["id"] if isinstance(self.value, dict) else self.value.id


class GatewayError(NamedTuple):
    code: str
    message: str
    # Of the google.rpc.ErrorInfo.
    reason: str
    metadata: dict


class Sdk:
    name = "the SDK"

    def __init__(self, command):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        # {CALL: {"request": TYPE, "response": TYPE}}, see python/sdk_types.py.
        self.types = self._line()

    def call(self, call, request):
        self.process.stdin.write(json.dumps({"call": call, "request": request}) + "\n")
        self.process.stdin.flush()
        answer = self._line()
        return Answer(answer.get("value"), answer.get("error"))

    def close(self):
        self.process.stdin.close()
        return self.process.wait(timeout=30)

    def _line(self):
        line = self.process.stdout.readline()
        if not line:
            raise EOFError("the SDK's program ended early, see above")
        return json.loads(line)


class Gateway:
    name = "the gateway"

    def __init__(self, address, record):
        """`record` is called with each request and response message."""
        self.record = record
        self.stub = split_run_service_pb2_grpc.SplitRunServiceStub(grpc.insecure_channel(address))

    def call(self, call, request):
        message = message_of(METHODS[call].input_type, request)
        self.record(message)
        try:
            response = getattr(self.stub, call)(message, timeout=30)
            self.record(response)
            return Answer(response, None)
        except grpc.RpcError as error:
            info = error_details_pb2.ErrorInfo()
            status = rpc_status.from_call(error)
            for detail in status.details if status else []:
                detail.Unpack(info)
            return Answer(
                None,
                GatewayError(error.code().name, error.details(), info.reason, dict(info.metadata)),
            )


def message_of(descriptor, request):
    """ProtoJSON, but for the spelling of enum values."""
    names = {
        field.json_name: {rest_spelling(value): value.name for value in field.enum_type.values}
        for field in descriptor.fields
        if field.enum_type
    }
    spelt = {name: names[name][value] if name in names else value for name, value in request.items()}
    return json_format.ParseDict(spelt, message_factory.GetMessageClass(descriptor)())


def rest_spelling(value):
    """Of an enum value: its (gateway.v1.json_name), else its name without the enum's prefix."""
    option = value.GetOptions().Extensions[annotations_pb2.json_name]
    if option:
        return option
    # Value 0 is the prefix and UNSPECIFIED.
    prefix = value.type.values_by_number[0].name.removesuffix("UNSPECIFIED")
    return value.name.removeprefix(prefix)
