"""Makes calls with Extend's Python SDK, as one of its users would.

Usage: driver.py URL      with EXTEND_API_KEY and EXTEND_WORKSPACE_ID

First prints the SDK's own types of each call, see sdk_types.py. Then answers each line of standard
input, {"call": ..., "request": ...} in the names of the REST API, with a line: {"value": ...}, which is
what the SDK has parsed, or {"error": {"status": ..., "body": ...}}.
"""

import inspect
import json
import os
import re
import sys
import warnings

import pydantic
from extend_ai import Extend
from extend_ai.core.api_error import ApiError

import sdk_types

# pydantic warns of a parsed value that is not what the SDK's own type says.
warnings.simplefilter("error", UserWarning)


def as_parameters(value):
    """The request in the SDK's spelling: snake_case, but not in metadata, which is the caller's own."""
    if isinstance(value, list):
        return [as_parameters(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        re.sub("[A-Z]", lambda found: "_" + found[0].lower(), name): (
            item if name == "metadata" else as_parameters(item)
        )
        for name, item in value.items()
    }


def workspace_of(method):
    """A method that takes the workspace does not send the client's own."""
    takes = "extend_workspace_id" in inspect.signature(method).parameters
    return {"extend_workspace_id": os.environ["EXTEND_WORKSPACE_ID"]} if takes else {}


def as_json(value):
    return json.loads(value.json()) if isinstance(value, pydantic.BaseModel) else value


def answer(method, request):
    try:
        return {"value": as_json(method(**as_parameters(request), **workspace_of(method)))}
    except ApiError as error:
        return {"error": {"status": error.status_code, "body": as_json(error.body)}}


def main(url):
    client = Extend(
        base_url=url,
        token=os.environ["EXTEND_API_KEY"],
        headers={"x-extend-workspace-id": os.environ["EXTEND_WORKSPACE_ID"]},
        timeout=30,
    )
    methods = {
        "CreateSplitRun": client.split_runs.create,
        "CreateSplitRunBatch": client.split_runs.create_batch,
        "GetSplitRun": client.split_runs.retrieve,
        "ListSplitRuns": client.split_runs.list,
        "CancelSplitRun": client.split_runs.cancel,
        "DeleteSplitRun": client.split_runs.delete,
        "GetBatchRun": client.batch_runs.get,
    }
    types = {call: sdk_types.of_method(method) for call, method in methods.items()}
    print(json.dumps(types), flush=True)
    for line in sys.stdin:
        call = json.loads(line)
        print(json.dumps(answer(methods[call["call"]], call["request"])), flush=True)


main(*sys.argv[1:])
