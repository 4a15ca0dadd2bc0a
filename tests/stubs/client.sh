# Sourced by each language's `run ADDRESS RUN_ID`: a gateway, and a run that is PROCESSING. Such a
# script generates stubs from proto/ as a caller does and runs the client beside it; only the client
# writes to standard output.
#
# Sets: $address, $run_id, and what tests/support/language.sh does.
[[ $# == 2 ]] || { echo "usage: $0 ADDRESS RUN_ID" >&2; exit 2; }
address=$1
run_id=$2
# shellcheck source=tests/support/language.sh
source "$(dirname "$0")/../../support/language.sh"
