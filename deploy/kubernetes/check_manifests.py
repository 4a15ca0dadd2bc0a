"""Checks rendered manifests strictly, and that the checks find the faults that they are for.

Usage: check_manifests.py FILE...
"""

import copy
import sys

import kubernetes_validate
import yaml
from cloudcoil.models.prometheus_operator import v1 as operator

# The oldest version with sidecar containers switched on, and the newest that there is a schema of.
KUBERNETES_VERSIONS = ("1.29", "1.37")

# (where, value, what must be refused): in a sidecar's pod, and in a custom resource.
FAULTS = (
    ("Deployment", ("spec", "template", "spec"), "unknownField", 1),
    ("Deployment", ("spec", "template", "spec"), "terminationGracePeriodSeconds", "30s"),
    ("PodMonitor", ("spec", "podMetricsEndpoints", 0), "unknownField", 1),
    ("PodMonitor", ("spec",), "podMetricsEndpoints", "gateway-admin"),
    ("PrometheusRule", ("spec", "groups", 0, "rules", 0), "unknownField", 1),
    ("PrometheusRule", ("spec",), "groups", "none"),
)


def check_operator_object(manifest):
    model = getattr(operator, manifest["kind"])
    kept = model.model_validate(manifest).model_dump(
        mode="json", by_alias=True, exclude_unset=True)
    # The model drops fields that it does not know.
    if kept != manifest:
        raise ValueError(f"a field is unknown: {manifest}\nis not: {kept}")


def check(manifest):
    """Raises what the schema says against the object."""
    if manifest["apiVersion"].startswith("monitoring.coreos.com/"):
        check_operator_object(manifest)
        return
    for version in KUBERNETES_VERSIONS:
        kubernetes_validate.validate(manifest, version, strict=True)


def check_finds_faults(manifests):
    for kind, path, field, value in FAULTS:
        broken = copy.deepcopy(next(m for m in manifests if m["kind"] == kind))
        place = broken
        for step in path:
            place = place[step]
        place[field] = value
        try:
            check(broken)
        except Exception:  # Each schema has its own errors.
            continue
        sys.exit(f"not found: {field}={value!r} in a {kind}")


def gateway_of(pod):
    containers = pod["containers"] + pod.get("initContainers", [])
    return next(c for c in containers if c["name"] == "extend-gateway")


def check_hardening(manifest):
    """What no schema asks for."""
    pod = manifest["spec"]["template"]["spec"]
    container = gateway_of(pod)
    security = container["securityContext"]
    environment = {v["name"]: v["value"] for v in container["env"]}
    rules = {
        "no service account token": pod["automountServiceAccountToken"] is False,
        "read-only root": security["readOnlyRootFilesystem"] is True,
        "not root": security["runAsNonRoot"] is True,
        "no capabilities": security["capabilities"] == {"drop": ["ALL"]},
        "seccomp": security["seccompProfile"] == {"type": "RuntimeDefault"},
        "no subPath": all("subPath" not in m for m in container["volumeMounts"]),
        "no key in the environment": "EXTEND_API_KEY" not in environment,
        "a tag": ":" in container["image"],
        "probes": {"livenessProbe", "readinessProbe"} <= container.keys(),
        "time to drain": pod["terminationGracePeriodSeconds"] > drain_seconds(environment),
    }
    broken = [name for name, holds in rules.items() if not holds]
    if broken:
        raise ValueError(", ".join(broken))


def drain_seconds(environment):
    defaults = {"EXTEND_GATEWAY_DRAIN_DELAY": "0s", "EXTEND_GATEWAY_DRAIN_TIMEOUT": "25s"}
    return sum(int((defaults | environment)[name].removesuffix("s")) for name in defaults)


def main():
    failed = 0
    everything = []
    for file in sys.argv[1:]:
        with open(file, encoding="utf-8") as text:
            manifests = list(yaml.safe_load_all(text))
        everything += manifests
        for manifest in manifests:
            name = f"{file.rsplit('/', 1)[-1]}: {manifest['kind']} {manifest['metadata']['name']}"
            try:
                check(manifest)
                if manifest["kind"] == "Deployment":
                    check_hardening(manifest)
                print(f"ok      {name}")
            except Exception as fault:  # Each schema has its own errors.
                failed += 1
                print(f"FAILED  {name}: {fault}")
    check_finds_faults(everything)
    print(f"{len(everything) - failed} objects valid, {failed} not; {len(FAULTS)} injected faults found")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
