#!/bin/sh
# Uses a form as its operator would, with nothing but what it brings. "$@" runs it.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

patience=600
until_true() {
  while ! "$@"; do
    patience=$((patience - 1))
    if [ $patience = 0 ]; then
      echo "in vain: $*" >&2
      exit 1
    fi
    sleep 0.1
  done
}

cd "$HOME"
"$@" --version
"$@" --version --verbose >versions
cat versions
if grep 'not installed' versions; then exit 1; fi
"$@" demo --entry-points 3 --frames 2 >demo
[ "$(grep -c 'wallboard demo:' demo)" = 2 ]
grep -q 'Sales' demo

"$@" simulate --scenario calm --port 0 >simulator &
simulator=$!
trap 'kill $simulator 2>/dev/null || true' EXIT
until_true grep -q '^Listening on ' simulator
url=$(sed -n 's/^Listening on //p' simulator)
"$@" check --url "$url" 1000
"$@" check --url "$url" 1000 --format openmetrics | grep -q '^wallboard_level'

"$@" record --url "$url" 1000 --interval 0.2 --file wall.db 2>record.log &
recorder=$!
until_true grep -q 'event=recording' record.log
replays() {
  "$@" replay wall.db --frames 1 >replayed 2>&1
}
until_true replays "$@"
kill -TERM $recorder
wait $recorder
"$@" replay wall.db --frames 1 | grep -q 1000
gunzip -c "$here/schema-1.db.gz" >old.db
"$@" recording verify --file old.db
"$@" replay old.db --frames 1 >/dev/null
kill -TERM $simulator
wait $simulator

cat >wallboard.toml <<EOF
[[calendar]]
name = "week"
zone = "Europe/Berlin"
holidays = "DE"
week = { mon = ["08:00-18:00"] }

[[server]]
name = "prod"
url = "$url"
calendar = "week"

[[server.entry_point]]
id = 1000

[fleet]
url = "nats://127.0.0.1:9"
nkey = "SUABM3ND7GWJ6OJXUDKOSOXSKVIXVV7QXHYPAWZJX5DPCBNNSCTGZVO3YQ"
EOF
chmod 600 wallboard.toml
"$@" config check
if "$@" fleet status >bus; then exit 1; fi
grep 'connection refused' bus
"$@" themes | grep -q contrast
"$@" metrics rules | grep -q WallboardEntryPointCritical
"$@" metrics dashboard | grep -q '"wallboard"'
"$@" config schema | grep -q 'Polling interval'
"$@" help check | grep -q -i synopsis
rm bus versions demo simulator record.log replayed old.db* wall.db* wallboard.toml
