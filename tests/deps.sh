#!/bin/sh
# Installs the Debian packages that it is given and that are missing.

missing=
for package; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
	    grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || { echo "everything is installed"; exit 0; }

as_root=
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null || {
		echo "deps: run as root, or install:$missing" >&2
		exit 1
	}
	as_root=sudo
fi

# Runs as root, whoever calls; nobody is there to answer.
apt()
{
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@" </dev/null
}
install()
{
	# shellcheck disable=SC2086
	apt install -y --no-install-recommends $missing
}

# A machine without package lists needs an update, and so does one whose lists
# are so old that what they name is gone.
# shellcheck disable=SC2086
apt-get -s install $missing >/dev/null 2>&1 || apt update
install || { apt update && install; }
