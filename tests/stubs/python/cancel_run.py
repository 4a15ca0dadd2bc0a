"""Cancels a split run, twice to show an error, and looks for it in a list.

Usage: cancel_run.py ADDRESS RUN_ID
"""

import os
import sys

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from extend.v1 import split_run_pb2, split_run_service_pb2, split_run_service_pb2_grpc

# Metadata of each call overrides the gateway's own workspace, if it has one.
WORKSPACE = os.environ.get("EXTEND_WORKSPACE_ID")
METADATA = [("x-extend-workspace-id", WORKSPACE)] if WORKSPACE else []


def error_info(error):
    """The google.rpc.ErrorInfo of an error; an empty one if the gateway was not reached."""
    info = error_details_pb2.ErrorInfo()
    status = rpc_status.from_call(error)
    for detail in status.details if status else []:
        if detail.Unpack(info):
            break
    return info


def cancel(stub, run_id):
    request = split_run_service_pb2.CancelSplitRunRequest(id=run_id)
    try:
        run = stub.CancelSplitRun(request, timeout=30, metadata=METADATA)
    except grpc.RpcError as error:
        info = error_info(error)
        state = info.metadata.get("status", "unknown")
        # What this call did: none, unknown (it may have cancelled the run), done.
        outcome = info.metadata.get("outcome", "unknown")
        return f"{error.code().name} {info.reason}: the run is {state}, outcome {outcome}"
    # PROCESSING means that the run will be cancelled unless it finishes first.
    return f"OK: the run is {split_run_pb2.RunStatus.Name(run.status)}"


def list_runs(stub, **filters):
    # Small pages, to show how one follows another.
    request = split_run_service_pb2.ListSplitRunsRequest(max_page_size=1, **filters)
    while True:
        page = stub.ListSplitRuns(request, timeout=30, metadata=METADATA)
        yield from page.data
        if not page.next_page_token:
            return
        request.next_page_token = page.next_page_token


def main(address, run_id):
    with grpc.insecure_channel(address) as channel:
        stub = split_run_service_pb2_grpc.SplitRunServiceStub(channel)
        print("first cancel:", cancel(stub, run_id))
        print("second cancel:", cancel(stub, run_id))
        cancelled = [run.id for run in list_runs(stub, status=split_run_pb2.RUN_STATUS_CANCELLED)]
        found = "yes" if run_id in cancelled else "no"
        print(f"listed as cancelled: {found}, among {len(cancelled)} runs")


main(*sys.argv[1:])
