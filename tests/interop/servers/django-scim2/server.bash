# django-scim2 (PyPI): the package's own views over SQLite.
needs=(python3)
base=/scim/v2

install() {
    install_python
}

serve() {
    rm -f "$place/directory.sqlite"
    exec env PYTHONDONTWRITEBYTECODE=1 "$place/venv/bin/python" "$own/server.py" "$1" "$place/directory.sqlite"
}
