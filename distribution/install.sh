#!/bin/sh
# Installs wallboard from this folder, upgrades it, or takes it away. Needs no network and no root.
set -eu

usage() {
  cat <<EOF
Usage: $0 [--prefix FOLDER] [--python PROGRAM] [--uninstall]

  --prefix FOLDER   where to; default: ~/.local. The program goes to FOLDER/lib/wallboard,
                    the command to FOLDER/bin, the manual to FOLDER/share/man.
  --python PROGRAM  Python 3.11, 3.12 or 3.13; default: the newest in PATH.
  --uninstall       take all of that away. Config and recordings stay.

Run it again to upgrade.
EOF
}

fail() {
  printf 'install.sh: %s\n' "$@" >&2
  exit 69
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
prefix=${HOME:-}/.local python='' uninstall=''
while [ $# -gt 0 ]; do
  case $1 in
    --prefix) [ $# -gt 1 ] || fail "--prefix needs a folder"; prefix=$2; shift 2 ;;
    --python) [ $# -gt 1 ] || fail "--python needs a program"; python=$2; shift 2 ;;
    --uninstall) uninstall=yes; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
done
case $prefix in
  /*) ;;
  *) fail "the prefix must be an absolute path: $prefix" ;;
esac
home=$prefix/lib/wallboard

remove_links() {
  # Only what leads into our own folder: a command of the same name may be somebody else's.
  for link in "$prefix/bin/wallboard" "$prefix"/share/man/man?/wallboard*; do
    case $(readlink "$link" 2>/dev/null) in
      "$home"/*) rm -f -- "$link" ;;
    esac
  done
}

if [ "$uninstall" ]; then
  [ -f "$home/pyvenv.cfg" ] || fail "there is no wallboard in $prefix"
  remove_links
  rm -rf -- "$home"
  for folder in bin lib share/man/man1 share/man/man5 share/man/man7 share/man share; do
    rmdir -- "$prefix/$folder" 2>/dev/null || true
  done
  echo "wallboard is gone from $prefix; your config and recordings are where they were"
  exit 0
fi

fits() {
  command -v "$1" >/dev/null 2>&1 &&
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}
if [ "$python" ]; then
  fits "$python" || fail "not Python 3.11, 3.12 or 3.13: $python"
else
  for one in python3.13 python3.12 python3.11 python3; do
    if fits "$one"; then python=$one; break; fi
  done
  [ "$python" ] || fail "no Python 3.11, 3.12 or 3.13 in PATH; name one with --python"
fi
if [ -e "$home" ] && [ ! -f "$home/pyvenv.cfg" ]; then
  fail "$home is there, and is no wallboard of ours"
fi
if [ -e "$prefix/bin/wallboard" ] || [ -L "$prefix/bin/wallboard" ]; then
  case $(readlink "$prefix/bin/wallboard") in
    "$home"/*) ;;
    *) fail "$prefix/bin/wallboard is there, and is not ours" ;;
  esac
fi

# Beside the old one, which goes on until the new one is whole.
mkdir -p -- "$prefix/bin" "$prefix/lib"
new=$home.new old=$home.old
rm -rf -- "$new" "$old"
trap 'rm -rf -- "$new"' EXIT
"$python" -m venv --without-pip -- "$new"
set -- "$here"/pip/pip-*.whl
PYTHONPATH=$1 PIP_CONFIG_FILE=/dev/null "$new/bin/python" -m pip --quiet --disable-pip-version-check \
  --no-cache-dir install --no-index --no-deps --no-compile --require-hashes \
  --find-links "$here/wheels" --requirement "$here/requirements.txt"
set -- "$new"/lib/python*/site-packages/wallboard-*.dist-info
echo wallboard-install >"$1/INSTALLER"
rm -f -- "$new"/bin/[!p]* # scripts that name this folder; ours is written below
cat >"$new/bin/wallboard" <<EOF
#!/bin/sh
exec "$home/bin/python" -P -m wallboard "\$@"
EOF
chmod 755 "$new/bin/wallboard"
cp -R "$here/man" "$new/man"
"$new/bin/python" -m compileall -q "$new/lib" || true
"$new/bin/python" -P -m wallboard --version >/dev/null

if [ -d "$home" ]; then mv -- "$home" "$old"; fi
mv -- "$new" "$home"
rm -rf -- "$old"
remove_links
ln -s -- "$home/bin/wallboard" "$prefix/bin/wallboard"
for page in "$home"/man/man?/*; do
  section=$(basename "$(dirname "$page")")
  mkdir -p -- "$prefix/share/man/$section"
  ln -sf -- "$page" "$prefix/share/man/$section/"
done
echo "$("$prefix/bin/wallboard" --version) is in $prefix/bin/wallboard"
case :$PATH: in
  *":$prefix/bin:"*) ;;
  *) echo "  $prefix/bin is not in PATH" ;;
esac
