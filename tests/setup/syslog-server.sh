#!/bin/sh
# Puts rsyslogd and its modules into the folder $1/rsyslog, where it is missing and Debian's packages
# can be had. Nothing is installed: the packages are unpacked, so that no service starts and no root
# is needed. Where they cannot be had, the tests that need it are skipped and say why.
place=$1/rsyslog
[ -x "$place/usr/sbin/rsyslogd" ] && exit 0
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || exit 0

folder=$(mktemp -d) || exit 0
trap 'rm -rf "$folder"' EXIT
packages="rsyslog rsyslog-openssl libestr0 libfastjson4"
fetched() { (cd "$folder" && apt-get download $packages) </dev/null >/dev/null 2>&1; }

echo "Fetching rsyslog for the tests of notices ..."
if fetched || { apt-get update </dev/null >/dev/null 2>&1 && fetched; }; then
    for package in "$folder"/*.deb; do
        dpkg-deb --extract "$package" "$folder/root" 2>/dev/null || exit 0
    done
    mv "$folder/root" "$place" 2>/dev/null && exit 0
fi
echo "It cannot be had here; those tests are skipped." >&2
exit 0
