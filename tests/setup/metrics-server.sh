#!/bin/sh
# Puts prometheus and promtool into the folder $1, where they are missing and Debian's package can
# be had. Nothing is installed: the package is unpacked, so that no service starts and no root is
# needed. Where it cannot be had, the tests that need it are skipped and say why.
bin=$1
command -v prometheus >/dev/null && command -v promtool >/dev/null && exit 0
[ -x "$bin/prometheus" ] && [ -x "$bin/promtool" ] && exit 0
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || exit 0

folder=$(mktemp -d) || exit 0
trap 'rm -rf "$folder"' EXIT
fetched() { (cd "$folder" && apt-get download prometheus) </dev/null >/dev/null 2>&1; }

echo "Fetching prometheus for the tests that scrape and alert ..."
fetched || { apt-get update </dev/null >/dev/null 2>&1 && fetched; } &&
    dpkg-deb --extract "$folder"/prometheus_*.deb "$folder" 2>/dev/null &&
    mv "$folder/usr/bin/prometheus" "$folder/usr/bin/promtool" "$bin" 2>/dev/null &&
    exit 0
echo "It cannot be had here; those tests are skipped." >&2
exit 0
