# Sourced by scripts that need a simulator and a gateway in front of it, on free ports of 127.0.0.1.
# Both end with the script, however it ends, unless it says `trap - EXIT`.
#
# Needs a build of the release preset. Working directory: the project's root.
# Sets: $gateway (the program), $logs (a folder), $pids; start_simulator sets $url, start_gateway
# sets $address. Both show the command line that they run, and may be used several times.

gateway=build/release/gateway/extend-gateway
simulator=build/release/tests/simulator/extend-simulator
logs=$(mktemp -d)
pids=()

stop() {
  trap '' INT TERM
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$logs"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# start NAME COMMAND...: in the background and a session of its own, so that Ctrl-C reaches only us.
# Sets $log.
start() {
  log=$logs/$1-${#pids[@]}
  shift
  : >"$log"
  printf '$ %s\n' "$*"
  setsid env -i PATH="$PATH" "$@" >"$log" 2>&1 &
  pids+=($!)
}

# find_in_log PATTERN: what the pattern's group matches in the log of what was started last, as soon
# as it is there.
find_in_log() {
  local found
  for _ in {1..100}; do
    found=$(sed -n "s|.*$1.*|\1|p;T;q" "$log")
    [[ -n $found ]] && { echo "$found"; return; }
    kill -0 "${pids[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  { echo "${log##*/} did not start:"; cat "$log"; } >&2
  return 1
}

# start_simulator [FLAG...]
start_simulator() {
  start simulator "$simulator" --listen 127.0.0.1:0 "$@"
  url=$(find_in_log 'listening \(http[^ ]*\)')
}

# start_gateway [FLAG...], in front of the simulator.
start_gateway() {
  start gateway EXTEND_API_KEY=demo "$gateway" --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 \
    --upstream-url "$url" "$@"
  address=$(find_in_log '"message":"listening","address":"\([^"]*\)"')
}
