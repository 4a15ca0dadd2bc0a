# Sourced by the checks of manifests and alerts: brings their tools to build/tools, at fixed versions.
# Sets $kustomize, $promtool and $python (with PyYAML and the schemas). Working directory: the root.
# Needs Go and Python: deploy/install-dependencies manifests.

tools=$PWD/build/tools
kustomize_version=v5.0.3  # The latest that Debian 12's Go can build.
kustomize=$tools/kustomize-$kustomize_version/kustomize
promtool=$tools/prometheus/usr/bin/promtool
python=$tools/python/bin/python

if [[ ! -x $kustomize ]]; then
  GOBIN=$(dirname "$kustomize") go install "sigs.k8s.io/kustomize/kustomize/v5@$kustomize_version"
fi

# Unpacked, not installed: the package would start a server.
unpack_prometheus() {
  cd "$tools/prometheus"
  apt-get download -qq -o APT::Sandbox::User=root prometheus && dpkg-deb --extract prometheus_*.deb .
}
if [[ ! -x $promtool ]]; then
  mkdir -p "$tools/prometheus"
  # Package lists may be missing.
  (unpack_prometheus) || { apt-get update -qq && (unpack_prometheus); }
fi

if ! cmp -s deploy/kubernetes/requirements.txt "$tools/python/requirements.txt"; then
  python3 -m venv --clear "$tools/python"
  "$python" -m pip install --quiet --requirement deploy/kubernetes/requirements.txt
  cp deploy/kubernetes/requirements.txt "$tools/python"
fi
