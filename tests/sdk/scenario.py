"""The life of split runs. Whatever one side does, the other must see; whatever both read must be equal.

Each step is a name and the differences found: none if all is well.
"""

import itertools
import json
import urllib.request

import comparison
from extend.v1.split_run_service_pb2 import DeleteSplitRunResponse

CLASSIFICATIONS = [
    {"id": "invoice", "type": "Invoice", "description": "A bill", "identifierKey": "invoice number"},
    {"id": "other", "type": "Other", "description": "All else"},
]
CONFIG = {
    "baseProcessor": "splitting_light",
    "baseVersion": "1.4.1",
    "splitClassifications": CLASSIFICATIONS,
    "splitRules": "Never split an invoice.",
    "advancedOptions": {
        "splitIdentifierRules": "The number at the top",
        "splitMethod": "high_precision",
        "splitExcelDocumentsBySheetEnabled": False,
        "pageRanges": [{"start": 1, "end": 3}, {"start": 7, "end": 9}],
        "pageOverlapEnabled": True,
        "strictIdentifierModeEnabled": False,
    },
    "parseConfig": {
        "target": "markdown",
        "chunkingStrategy": {"type": "page", "options": {"minCharacters": 500}},
    },
}
METADATA = {
    "customer": "Müller & Söhne",
    "extend:usage_tags": ["a", "b"],
    "deep": {"camelKey": 1.5, "snake_key": 12, "flags": [True, None, "x", {}]},
}
SPLITTER = {"id": "spl_sdk", "version": "2.1", "overrideConfig": CONFIG}
FILE = {
    "url": "https://files.example/a.pdf?sig=1",
    "name": "march.pdf",
    "settings": {"password": "secret"},
}
CREATES = {
    "an inline config": {"config": CONFIG, "file": FILE, "priority": 3, "metadata": METADATA},
    "a splitter": {"splitter": SPLITTER, "file": {"id": "file_march"}, "metadata": {}},
    "a file that will fail": {
        "splitter": {"id": "spl_sdk"},
        "file": {"url": "https://files.example/corrupt.pdf"},
    },
}
BATCH = {
    "splitter": SPLITTER,
    "inputs": [{"file": FILE, "metadata": METADATA}, {"file": {"id": "file_march"}}],
    "priority": 5,
}

SPLIT = {
    "id": "split_1",
    "classificationId": "invoice",
    "type": "Invoice",
    "observation": "One number on all pages.",
    "identifier": "INV-1",
    "startPage": 1,
    "endPage": 2,
    "fileId": "file_1",
}
# What the simulator's runs never are by themselves.
REVIEWED = {
    "reviewed": True,
    "edited": True,
    "initialOutput": {"splits": [SPLIT]},
    "reviewedOutput": {
        "splits": [dict(SPLIT, name="First"), dict(SPLIT, id="split_2")],
        "isExternal": True,
    },
    "splitterVersion": {
        "description": "Now with rules",
        "createdBy": {"type": "api_key", "email": None, "name": "ci"},
    },
    "file": {
        "parentFileId": "file_0",
        "metadata": {
            "parentSplit": {
                "id": "split_0",
                "type": "Packet",
                "identifier": "P-1",
                "startPage": 3,
                "endPage": 8,
            },
        },
    },
}

LISTS = (
    {},
    {"status": "PROCESSED"},
    {"status": "FAILED", "sortBy": "createdAt", "sortDir": "asc"},
    {"splitterId": "spl_sdk", "sortBy": "updatedAt", "sortDir": "desc"},
    {"source": "STUDIO", "fileNameContains": "packet"},
    {"fileNameContains": "corrupt"},
    {"maxPageSize": 2, "sortBy": "createdAt", "sortDir": "desc"},
)
ERRORS = (
    ("GetSplitRun", {"id": "splr_none"}),
    ("CancelSplitRun", {"id": "splr_none"}),
    ("DeleteSplitRun", {"id": "splr_none"}),
    ("GetBatchRun", {"id": "bpr_none"}),
    ("ListSplitRuns", {"maxPageSize": 100000}),
    ("ListSplitRuns", {"nextPageToken": "no token"}),
    ("CreateSplitRun", {"config": CONFIG, "file": {"url": "ftp://files.example/a.pdf"}}),
    # More than the simulator's --max-runs.
    ("CreateSplitRunBatch", {"splitter": SPLITTER, "inputs": [{"file": FILE}] * 100}),
)


class Scenario:
    def __init__(self, sdk, gateway, simulator_url):
        self.sdk = sdk
        self.gateway = gateway
        self.sides = (sdk, gateway)
        self.simulator_url = simulator_url

    def steps(self):
        runs = []
        for what, request in CREATES.items():
            runs += yield from self._create(what, request)
        reviewed = self._control("runs", {"status": "PROCESSED", "shown": REVIEWED})["id"]
        yield "get a reviewed run", self._both("GetSplitRun", {"id": reviewed})
        yield from self._batch()
        for request in LISTS:
            yield from self._list(request)
        yield from self._cancel(runs)
        for actor in self.sides:
            yield from self._delete(actor, runs.pop())
        for call, request in ERRORS:
            yield f"error of {call}", self._both(call, request)

    def _create(self, what, request):
        runs = []
        for actor in self.sides:
            run, differences = self._one_acts(actor, "CreateSplitRun", request, "GetSplitRun")
            yield f"create with {what} by {actor.name}", differences
            runs.append(run)
        yield f"create with {what} is the same by both", self._made_differently(*runs)
        for run in runs:
            self._control(f"runs/{run}/finish")
            yield f"get with {what} when it has ended", self._both("GetSplitRun", {"id": run})
        return runs

    def _made_differently(self, *runs):
        """Whether both sides sent the same, as far as runs show it."""
        one, other = (self.sdk.call("GetSplitRun", {"id": run}).value for run in runs)
        pairs = {part: (one[part], other[part]) for part in ("config", "metadata", "splitterVersion")}
        pairs["file.name"] = (one["file"]["name"], other["file"]["name"])
        return [f"{part}: the SDK's {a}, the gateway's {b}" for part, (a, b) in pairs.items() if a != b]

    def _batch(self):
        for actor in self.sides:
            batch, differences = self._one_acts(actor, "CreateSplitRunBatch", BATCH, "GetBatchRun")
            yield f"create a batch by {actor.name}", differences
            yield from self._list({"batchId": batch})
            yield from self._list({"source": "BATCH_PROCESSOR_RUN", "sourceId": batch})
            for run in self.sdk.call("ListSplitRuns", {"batchId": batch}).value["data"]:
                self._control(f"runs/{run['id']}/finish")
            yield "get a batch that has ended", self._both("GetBatchRun", {"id": batch})

    def _list(self, request):
        page = dict(request)
        for number in itertools.count(1):
            sdk, gateway = (side.call("ListSplitRuns", page) for side in self.sides)
            empty = [] if sdk.value and sdk.value["data"] else ["nothing was listed"]
            name = f"list by {', '.join(request) or 'nothing'}, page {number}"
            yield name, comparison.of_answers(sdk, gateway) + empty
            page["nextPageToken"] = sdk.value and sdk.value.get("nextPageToken")
            if not page["nextPageToken"]:
                return

    def _cancel(self, ended):
        for actor in self.sides:
            run = actor.call("CreateSplitRun", CREATES["a splitter"]).id
            _, differences = self._one_acts(actor, "CancelSplitRun", {"id": run}, "GetSplitRun")
            yield f"cancel by {actor.name}", differences
            refusal = ("ALREADY_CANCELLED", "CANCELLED")
            yield "cancel again", self._both("CancelSplitRun", {"id": run}, refusal)
        for run in ended:
            status = self.sdk.call("GetSplitRun", {"id": run}).value["status"]
            refusal = ("NOT_CANCELLABLE", status)
            yield f"cancel when {status}", self._both("CancelSplitRun", {"id": run}, refusal)

    def _delete(self, actor, run):
        # Only one side can delete it: what it has is compared with what the other must have.
        done = actor.call("DeleteSplitRun", {"id": run}).value
        pair = (done, DeleteSplitRunResponse(id=run)) if actor is self.sdk else ({"id": run}, done)
        yield f"delete by {actor.name}", list(comparison.of_messages(*pair))
        yield "get a deleted run", self._both("GetSplitRun", {"id": run})
        yield "delete a deleted run", self._both("DeleteSplitRun", {"id": run})

    def _both(self, call, request, refusal=None):
        sdk, gateway = (side.call(call, request) for side in self.sides)
        return comparison.of_answers(sdk, gateway, refusal)

    def _one_acts(self, actor, call, request, read):
        """One side acts, the other reads what has come of it: its id, and the differences."""
        done = actor.call(call, request)
        reader = self.gateway if actor is self.sdk else self.sdk
        seen = reader.call(read, {"id": done.id})
        return done.id, comparison.of_answers(*((done, seen) if actor is self.sdk else (seen, done)))

    def _control(self, path, body=None):
        url = f"{self.simulator_url}/_simulator/{path}"
        with urllib.request.urlopen(url, data=json.dumps(body or {}).encode(), timeout=30) as answer:
            return json.load(answer)
