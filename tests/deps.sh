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
install()
{
	# A server that is installed for tests need not run as a service.
	# shellcheck disable=SC2086
	$as_root env DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y --no-install-recommends $missing </dev/null
}

# Only a machine without package lists, or with old ones, needs an update.
install || { $as_root apt-get update </dev/null && install; }
