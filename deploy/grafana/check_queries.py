"""Checks that each metric and label of the board and the alerts exists in live metrics.

Usage: check_queries.py --rules-to DIRECTORY BOARD RULES METRICS...
Writes all queries as rule files, alerts.yaml and board.yaml, for promtool. Every selector is written
with braces, as in up{}, so that a metric cannot be mistaken for a function or a label.
"""

import json
import pathlib
import re
import sys

import yaml

SELECTOR = re.compile(r"([a-zA-Z_:]\w*)\{([^}]*)\}")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
GROUPING = re.compile(r"\b(?:by|on)\s*\(([^)]*)\)")
SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? \S+$")
METRIC = re.compile(r"\b(?:grpc_server|extend_gateway|process)_\w+\b(?!\{)")

# What Prometheus adds to what it scrapes.
TARGET_LABELS = {"job", "instance", "namespace", "pod"}


def read_metrics(files):
    """Name of each sample → the label sets that it came with."""
    series = {}
    for file in files:
        for line in pathlib.Path(file).read_text(encoding="utf-8").splitlines():
            sample = SAMPLE.match(line)
            if sample:
                labels = dict(re.findall(r'(\w+)="([^"]*)"', sample[2] or ""))
                series.setdefault(sample[1], []).append(labels)
    return series


def faults_of(query, series):
    """What the query names and no gateway serves."""
    bare = METRIC.search(query)
    if bare:
        yield f"{bare[0]} is written without braces"
    used = []
    for name, matchers in SELECTOR.findall(query):
        candidates = series.get(name, [])
        if not candidates:
            yield f"there is no metric {name}"
        used += candidates
        for label, operator, value in MATCHER.findall(matchers):
            if label in TARGET_LABELS:
                continue
            values = {labels[label] for labels in candidates if label in labels}
            if not values:
                yield f"{name} has no label {label}"
            # Statuses come with the answers; codes and outcomes are fixed sets, all of them there.
            elif not value.startswith("$") and operator in ("=", "=~") and label != "http_status":
                for alternative in value.split("|"):
                    if alternative not in values:
                        yield f"{name} never has {label}={alternative}"
    known = TARGET_LABELS.union(*(labels.keys() for labels in used))
    for labels in GROUPING.findall(query):
        for label in filter(None, re.split(r"[,\s]+", labels)):
            if label not in known:
                yield f"nothing in the query has the label {label}"


def board_queries(board):
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            yield f"panel '{panel['title']}'", target["expr"]
            legend = re.findall(r"{{(\w+)}}", target["legendFormat"])
            if legend and " by (" in target["expr"]:
                missing = set(legend) - set(re.split(r"[,\s]+", GROUPING.search(target["expr"])[1]))
                if missing:
                    sys.exit(f"panel '{panel['title']}': the legend names {missing}, the query does not")
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            metric, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"]).groups()
            yield f"variable '{variable['name']}'", f"group by ({label}) ({metric})"


def check_runbook(rule, sections):
    anchor = rule["annotations"]["runbook"].partition("deploy/README.md#")[2]
    if anchor not in sections:
        yield f"its runbook '{anchor}' is no section of deploy/README.md"


def check_self(series):
    """A check that finds nothing is worth nothing."""
    for broken in ("rate(grpc_server_handld_total{}[5m])", 'extend_gateway_retries_total{reson="status"}',
                   'extend_gateway_retries_total{reason="statu"}', "grpc_server_handled_total",
                   "sum by (grpc_cod) (grpc_server_handled_total{})"):
        if not list(faults_of(broken, series)):
            sys.exit(f"check_queries: finds no fault in {broken}")


def main():
    directory, board_file, rules_file, *metrics = sys.argv[2:]
    board = json.loads(pathlib.Path(board_file).read_text(encoding="utf-8"))
    rules = yaml.safe_load(pathlib.Path(rules_file).read_text(encoding="utf-8"))["spec"]
    series = read_metrics(metrics)
    check_self(series)
    faults = []
    records = []
    for place, query in board_queries(board):
        faults += [f"{place}: {fault}" for fault in faults_of(query, series)]
        records.append({"record": f"board:query{len(records)}", "expr": query.replace("$__rate_interval", "5m")})
    readme = pathlib.Path("deploy/README.md").read_text(encoding="utf-8")
    sections = {title.lower().replace(" ", "-") for title in re.findall(r"^#+ (.*)$", readme, re.MULTILINE)}
    alerts = [rule for group in rules["groups"] for rule in group["rules"]]
    for rule in alerts:
        found = [*faults_of(rule["expr"], series), *check_runbook(rule, sections)]
        faults += [f"alert {rule['alert']}: {fault}" for fault in found]
    pathlib.Path(directory, "alerts.yaml").write_text(yaml.safe_dump(rules), encoding="utf-8")
    pathlib.Path(directory, "board.yaml").write_text(
        yaml.safe_dump({"groups": [{"name": "board", "rules": records}]}), encoding="utf-8")
    print(*faults, sep="\n", end="\n" if faults else "")
    print(f"{len(records)} queries and {len(alerts)} alerts checked, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
