# Installs, uses, upgrades, removes and purges the package, with an administrator's edit between.
cd /srv
package=$(ls wallboard_*_amd64.deb)
dpkg --force-depends -i "$package"
test "$(stat -c '%U:%G %a' /etc/wallboard/wallboard.toml)" = 'root:wallboard 640'
test -f /usr/share/man/man1/wallboard.1.gz
test -f /usr/share/bash-completion/completions/wallboard
systemd-analyze verify --man=no /usr/lib/systemd/system/wallboard.service

as() {
  user=$1 groups=$2
  shift 2
  mkdir -p "/tmp/$user"
  chown "$user" "/tmp/$user"
  (cd "/tmp/$user" && setpriv --reuid="$user" --regid="$groups" --clear-groups env HOME="/tmp/$user" "$@")
}
as wallboard wallboard sh /srv/use.sh /usr/bin/wallboard
# Whoever is in the group has the config of the machine; whoever is not is told why not.
as games wallboard wallboard config check
if as nobody nogroup wallboard config check 2>/tmp/refused; then exit 1; fi
grep -F '/etc/wallboard/wallboard.toml (you may not read that folder)' /tmp/refused

echo '# ours' >>/etc/wallboard/wallboard.toml
touch /srv/before
dpkg --force-depends -i "$package"
tail -1 /etc/wallboard/wallboard.toml
mkdir -p /var/lib/wallboard
touch /var/lib/wallboard/wall.db
dpkg -r wallboard
test -f /etc/wallboard/wallboard.toml
dpkg -P wallboard
echo left: $(find /opt /etc /usr /var/lib/wallboard -path '*wallboard*' -newer /srv/use.sh)
