# The same on Express 5, which npm installs beside scimmy-routers where nothing is pinned.
# shellcheck source=tests/interop/servers/scimmy/server.bash
source "$servers/scimmy/server.bash"
own=$servers/scimmy

serve() {
    exec node "$place/server.mjs" "$1" express5
}
