# Installs the package, and runs its service under a real systemd, which runs the rest as a unit.
cd /srv
dpkg --force-depends -i wallboard_*_amd64.deb >/dev/null
cat >/etc/wallboard/wallboard.toml <<EOF
interval = 1
record = "/var/lib/wallboard/wallboard.db"

[[server]]
name = "prod"
url = "http://127.0.0.1:8080"
headers = { Authorization = { credential = "ece-password" } }

[[server.entry_point]]
id = 1000
EOF
echo 'Basic c2VjcmV0' >/etc/wallboard/ece-password
chmod 600 /etc/wallboard/ece-password
mkdir /etc/systemd/system/wallboard.service.d
cat >/etc/systemd/system/wallboard.service.d/ours.conf <<EOF
[Service]
LoadCredential=ece-password:/etc/wallboard/ece-password
WatchdogSec=10
TimeoutAbortSec=1
RestartSec=1
EOF
cat >/etc/systemd/system/simulator.service <<EOF
[Unit]
DefaultDependencies=no

[Service]
ExecStart=/usr/bin/wallboard simulate --port 8080 --scenario calm
EOF
cat >/etc/systemd/system/use.service <<EOF
[Unit]
DefaultDependencies=no
SuccessAction=exit-force
FailureAction=exit-force
FailureActionExitStatus=1

[Service]
Type=oneshot
ExecStart=/bin/sh -e /srv/use_service.sh
StandardOutput=file:/srv/said
StandardError=file:/srv/said
EOF
exec env container=unshare /lib/systemd/systemd --system --unit=use.service --show-status=no
