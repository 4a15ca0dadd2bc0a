"""The upstream's answers: split runs as Extend sends them, in any size."""

import json

RUN_ID = "splr_Xj8mK2pL9nR4vT7qY5wZ"
_TIME = "2026-03-21T16:45:00.250Z"


def split_run():
    """A processed run of 3 KB: a file of 16 pages, split into 8 documents."""
    pages = 16
    return {
        "object": "split_run",
        "id": RUN_ID,
        "status": "PROCESSED",
        "splitter": {"object": "splitter", "id": "spl_7", "name": "Loan packets",
                     "createdAt": _TIME, "updatedAt": _TIME},
        "splitterVersion": {"object": "splitter_version", "id": "splv_7", "description": None,
                            "version": "1.0", "splitterId": "spl_7", "createdAt": _TIME},
        "output": {"isExternal": False, "splits": [_split(i) for i in range(8)]},
        "initialOutput": None,
        "reviewedOutput": None,
        "failureReason": None,
        "failureMessage": None,
        "metadata": {"tenant": "acme", "attempt": 3, "extend:usage_tags": ["loans", "emea"]},
        "reviewed": False,
        "edited": False,
        "config": {
            "baseProcessor": "splitting_performance",
            "baseVersion": "1.0.0",
            "splitClassifications": [
                {"id": "inv", "type": "invoice", "description": "Invoices of suppliers"},
                {"id": "other", "type": "other", "description": "What is nothing else"}],
            "splitRules": "One invoice may span pages.",
            "advancedOptions": {"splitExcelDocumentsBySheetEnabled": True,
                                "pageRanges": [{"start": 1, "end": pages}]}},
        "file": {"object": "file", "id": "file_9fKq2LmZx", "name": "packet.pdf", "type": "PDF",
                 "parentFileId": None, "metadata": {"pageCount": pages},
                 "createdAt": _TIME, "updatedAt": _TIME},
        "parseRunId": "pr_4hT7qY5wZ",
        "dashboardUrl": f"https://dashboard.extend.ai/runs/{RUN_ID}",
        "usage": {"credits": 3.5, "totalCredits": 3.5, "breakdown": [
            {"object": "split_run", "id": RUN_ID, "credits": 3.5, "charges": [
                {"product": "split", "unit": "page", "quantity": pages, "credits": 3.5}]}]},
        "createdAt": _TIME,
        "updatedAt": _TIME,
    }


def one_text(size):
    """A run of `size` bytes of JSON, at least 512, nearly all in one string."""
    run = _small_run()
    run["config"]["splitRules"] = ""
    run["config"]["splitRules"] = "x" * (size - len(to_json(run)))
    return run


def many_splits(size):
    """A run of about `size` bytes of JSON, at least 512, nearly all in small fields."""
    run = _small_run()
    missing = size - len(to_json(run))
    each = len(to_json([_split(1_000)]))
    run["output"]["splits"] = [_split(i) for i in range(missing // each)]
    return run


def _small_run():
    return {"object": "split_run", "id": RUN_ID, "status": "PROCESSED",
            "file": {"object": "file", "id": "file_9fKq2LmZx", "type": "PDF"}, "config": {},
            "output": {"splits": []}}


def _split(i):
    return {"id": f"split_{i}", "classificationId": "inv", "type": "invoice",
            "observation": "The pages carry one invoice number.", "identifier": f"INV-{i}",
            "startPage": 2 * i + 1, "endPage": 2 * i + 2, "name": f"Invoice {i}",
            "fileId": "file_9fKq2LmZx"}


def to_json(run):
    return json.dumps(run, separators=(",", ":")).encode()
