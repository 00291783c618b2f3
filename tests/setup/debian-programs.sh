#!/bin/sh
# Puts mandoc, icinga2, nagios4 and the agent and frontend of Zabbix, with PHP, into the folder
# $1/debian, where they are missing and Debian's packages can be had. Nothing is installed: the
# packages are unpacked, so that no service starts and no root is needed. Where they cannot be had,
# the tests that need them are skipped and say why.
place=$1/debian
[ -e "$place/complete" ] && exit 0
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || exit 0

folder=$(mktemp -d) || exit 0
trap 'rm -rf "$folder"' EXIT
boost=$(for part in context coroutine filesystem iostreams program-options regex thread; do
    apt-cache search --names-only "^libboost-${part}1[.0-9]*\$" 2>/dev/null | cut -d' ' -f1; done)
php=$(apt-cache search --names-only '^php8[.0-9]*-(cli|common|mbstring|xml)$' 2>/dev/null | cut -d' ' -f1)
packages="mandoc icinga2-bin icinga2-common libedit2 nagios4-core nagios4-common \
  zabbix-agent zabbix-frontend-php libmodbus5 libargon2-1 libsodium23 libxml2 libonig5 libpcre2-8-0 $boost $php"
fetched() { (cd "$folder" && apt-get download $packages) </dev/null >/dev/null 2>&1; }

echo "Fetching mandoc, icinga2, nagios4 and Zabbix for the tests of what is made for them ..."
if fetched || { apt-get update </dev/null >/dev/null 2>&1 && fetched; }; then
    for package in "$folder"/*.deb; do
        dpkg-deb --extract "$package" "$folder/unpacked" 2>/dev/null || exit 0
    done
    touch "$folder/unpacked/complete"
    rm -rf "$place"
    mv "$folder/unpacked" "$place" 2>/dev/null && exit 0
fi
echo "They cannot be had here; those tests are skipped." >&2
exit 0
