# scimmy-routers (npm) on Express 4, over a directory in memory.
needs=(node npm)
base=/scim/v2

install() {
    install_node
}

serve() {
    exec node "$place/server.mjs" "$1"
}
