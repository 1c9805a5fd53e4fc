# Sourced by the other scripts (POSIX sh). make_environment LOCK: an up-to-date .venv in the
# repository with exactly the locked packages and the project itself, editable.
# PYTHON names the interpreter to make it with; default: the first that is recent enough.

unset CDPATH PYTHONHOME PYTHONPATH
cd "$(dirname "$0")/.."
venv=.venv

fail() {
    echo "$0: $*" >&2
    exit 2
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if "$candidate" -c 'import sys, venv, ensurepip
sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            echo "$candidate"
            return
        fi
    done
    fail "no Python 3.11 or newer with venv and pip was found (looked for" \
        "${PYTHON:-python3 and python3.11 to python3.14}; PYTHON=... names another; on Debian" \
        "and Ubuntu the package python3-venv is needed too)"
}

# What an environment made of the lock file $1 depends on.
ingredients() {
    pwd
    cat "$1" pyproject.toml
}

is_current() {
    "$venv/bin/python" -c '' 2>/dev/null && ingredients "$1" | cmp -s - "$venv/made-of-$1"
}

pip_install() {
    "$venv/bin/python" -m pip --disable-pip-version-check --no-input install -qq "$@"
}

# The stamp goes first and comes back last, so an interrupted change is seen and made anew.
make_environment() {
    is_current "$1" && return
    if ! ls "$venv"/made-of-* >/dev/null 2>&1 || ! "$venv/bin/pip" --version >/dev/null 2>&1; then
        python=$(find_python) || exit
        echo "making $venv with $("$python" --version) ..." >&2
        "$python" -m venv --clear "$venv" || fail "$venv could not be made"
    fi
    rm -f "$venv"/made-of-*
    echo "installing the packages of $1 ..." >&2
    pip_install --require-hashes -r "$1" || fail "the locked packages could not be installed"
    pip_install --no-deps --no-build-isolation --editable . ||
        fail "the project could not be installed"
    ingredients "$1" >"$venv/made-of-$1"
}
