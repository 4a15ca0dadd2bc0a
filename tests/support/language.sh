# Sourced by the script of one language, tests/FOLDER/LANGUAGE/SCRIPT.
#
# Sets: $here (the language's folder), $root (the project's), $out (where all that is made goes:
# build/FOLDER/LANGUAGE).
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
out=$root/build/${here#"$root/tests/"}
mkdir -p "$out"

# need TOOL...
need() {
  local tool
  for tool; do
    command -v "$tool" >/dev/null ||
      { echo "$0: $tool is missing: deploy/install-dependencies stubs installs it" >&2; exit 1; }
  done
}

# make_venv: with the packages of the language's requirements.txt. Sets $python.
make_venv() {
  need python3
  python=$out/venv/bin/python
  [[ -x $python ]] || python3 -m venv "$out/venv"
  "$python" -m pip install --quiet --disable-pip-version-check \
    --requirement "$here/requirements.txt" >&2
}

# install_packages FILE...: those of the language's package.json, and copies of the files beside it.
# $out is the working directory then.
install_packages() {
  need node npm
  cp "$here/package.json" "${@/#/$here/}" "$out"
  cd "$out"
  npm install --no-audit --no-fund --no-package-lock --loglevel=error >&2
}
