# Sourced by each language's `run ADDRESS RUN_ID`: a gateway, and a run that is PROCESSING. Such a
# script generates stubs from proto/ as a caller does and runs the client beside it; only the client
# writes to standard output.
#
# Sets: $address, $run_id; $here (the language's folder), $root (the project's), $out (where all that
# is made goes: build/stubs/LANGUAGE).
[[ $# == 2 ]] || { echo "usage: $0 ADDRESS RUN_ID" >&2; exit 2; }
address=$1
run_id=$2
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
out=$root/build/stubs/${here##*/}
mkdir -p "$out"

# need TOOL...
need() {
  local tool
  for tool; do
    command -v "$tool" >/dev/null ||
      { echo "$0: $tool is missing: deploy/install-dependencies stubs installs it" >&2; exit 1; }
  done
}
