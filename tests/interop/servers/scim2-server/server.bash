# scim2-server (PyPI), open and with a key.
needs=(python3)
base=/v2
keys=(with without)

install() {
    install_python
}

serve() {
    exec "$place/venv/bin/scim2-server" --port "$1" ${SCIMITAR_INTEROP_KEY:+--bearer-token "$SCIMITAR_INTEROP_KEY"}
}
