# What an administrator does with the service of the package; run by systemd as a unit.
ended() {
  status=$?
  [ $status = 0 ] || journalctl --no-pager --unit=wallboard || true
  exit $status
}
trap ended EXIT
patience=600
until_true() {
  while ! "$@"; do
    patience=$((patience - 1))
    if [ $patience = 0 ]; then
      exit 1
    fi
    sleep 0.1
  done
}
shown() {
  systemctl show --value --property="$1" wallboard
}
follows() {
  setpriv --reuid=games --regid=wallboard --clear-groups env HOME=/nonexistent wallboard status |
    grep '1 open'
}
restarted() {
  [ "$(shown NRestarts)" = 1 ] && [ "$(shown ActiveState)" = active ]
}

systemctl start simulator
systemctl start wallboard # returns once it has said that it is ready
[ "$(shown ActiveState)" = active ]
until_true sh -c "systemctl show --value --property=StatusText wallboard | grep '1 entry points'"
test -f "/run/credentials/wallboard.service/ece-password"
until_true follows

echo '# edited' >>/etc/wallboard/wallboard.toml
systemctl reload wallboard
[ "$(shown ActiveState)" = active ]

# One that hangs gives no sign of life, and is started anew.
kill -STOP "$(shown MainPID)"
until_true restarted
until_true follows

systemctl stop wallboard
[ "$(shown Result)" = success ]
[ "$(shown ActiveState)" = inactive ]
