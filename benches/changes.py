#!/usr/bin/env python3
"""What single-change commands ask of a server, beside curl of the same requests.

    cargo build --release && benches/changes.py [--users N,N] [--provider wandb|scim] [--scimitar PATH]

For each size a demo server is started in a process of its own, and each command is run once through a proxy that counts.
Prints a Markdown table: requests, bytes received, CPU time (user and system) and the most memory that the command held
(ru_maxrss); and for one curl process that sends the same reads, its wall time beside the command's. Counters hold on a busy
machine; wall times don't.
"""

import argparse
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEY = "key-of-the-bench"

COMMANDS = [
    ("create user", ["create", "user", "zoe-quill", "--email", "zoe.quill@example.com", "--yes"]),
    ("add", ["add", "hydrology", "zoe-quill", "--yes"]),
    ("remove", ["remove", "hydrology", "zoe-quill", "--yes"]),
    ("set-role", ["set-role", "zoe-quill", "admin", "--yes"]),
    ("set-role back", ["set-role", "zoe-quill", "member", "--yes"]),
    ("set-name", ["set-name", "zoe-quill", "Zoe Q.", "--yes"]),
    ("set-email by address", ["set-email", "zoe.quill@example.com", "zoe@example.com", "--yes"]),
    ("deactivate", ["deactivate", "zoe-quill", "--yes"]),
    ("activate", ["activate", "zoe-quill", "--yes"]),
    ("users USER", ["users", "zoe-quill", "--json"]),
    ("members TEAM", ["members", "hydrology", "--json"]),
    ("delete user", ["delete", "user", "zoe-quill", "--yes"]),
]
# Not measured: they make what the others touch.
BEFORE = [["create", "team", "hydrology", "--yes"], ["add", "hydrology", "eva-tanaka", "--yes"]]


class Proxy:
    """Passes bytes on to one address, and counts them and the requests."""

    def __init__(self, port):
        self.port, self.lines, self.received = port, [], 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.port))
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.requests, args=(client, server), daemon=True).start()
            threading.Thread(target=self.answers, args=(server, client), daemon=True).start()

    def requests(self, client, server):
        """Each request line begins what one send held: clients here send no request before they have the answer."""
        while data := receive(client):
            for line in re.findall(rb"(?:^|\r\n\r\n|[\]}])((?:GET|POST|PUT|PATCH|DELETE) \S+) HTTP/1\.1\r\n", data):
                self.lines.append(line.decode())
            server.sendall(data)
        server.close()

    def answers(self, server, client):
        while data := receive(server):
            self.received += len(data)
            try:
                client.sendall(data)
            except OSError:
                return
        client.close()

    def take(self):
        taken, self.lines, self.received = (self.lines, self.received), [], 0
        return taken


def receive(one):
    try:
        return one.recv(1 << 16)
    except OSError:
        return b""


def run(command, env):
    """Wall time, CPU time in seconds, the most memory in KiB; ends the bench where the command fails."""
    began = time.monotonic()
    child = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        print(f"`{' '.join(map(str, command[-6:]))}` ended with {child.returncode}: {said.strip()[-500:]}\n")
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def measure(args, users, room):
    env = {"PATH": os.environ.get("PATH", ""), "HOME": str(room), "NO_PROXY": "127.0.0.1", "DEMO_KEY": KEY}
    serve = [args.scimitar, "demo", "--listen", "127.0.0.1:0", "--key-env", "DEMO_KEY", "--provider", args.provider]
    server = subprocess.Popen([*serve, "--users", str(users)], env=env, stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().removeprefix("url: ").strip()
        port = int(re.search(r":(\d+)/", url).group(1))
        proxy = Proxy(port)
        url = url.replace(f":{port}/", f":{proxy.listener.getsockname()[1]}/")
        hosting = 'hosting = "dedicated"\n' if args.provider == "wandb" else ""
        config = room / "config.toml"
        config.write_text(
            f'[profile.acme]\nprovider = "{args.provider}"\nurl = "{url}"\n{hosting}key = {{ env = "DEMO_KEY" }}\n'
        )
        env["SCIMITAR_STATE"] = str(room / f"state-{users}")
        ours = [args.measured, "--config", str(config), "-p", "acme"]
        if args.refresh:
            run([*ours, "teams", "--json"], env)
        for command in BEFORE:
            run([*ours, *command], env)
        for name, command in COMMANDS:
            if name.startswith("set-role") and args.provider == "scim":
                continue
            time.sleep(0.2)
            proxy.take()
            wall, cpu, memory = run([*ours, *command], env)
            time.sleep(0.2)
            lines, received = proxy.take()
            yield users, name, lines, received, wall, cpu, memory, curl(lines, url, env, room)
    finally:
        server.terminate()
        server.wait()


def curl(lines, url, env, room):
    """Wall time of one curl process for the same paths, each read."""
    root = re.match(r"https?://[^/]+", url).group(0)
    paths = [line.split(" ", 1)[1] for line in lines if "graphql" not in line]
    wanted = room / "curl"
    wanted.write_text("".join(f'url = "{root}{path}"\noutput = "/dev/null"\n' for path in paths))
    command = ["curl", "--silent", "-H", f"Authorization: Bearer {KEY}", "-K", str(wanted)]
    return run(command, env)[0]


def main():
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--users", default="1000,100000")
    reader.add_argument("--provider", default="wandb", choices=["wandb", "scim"])
    reader.add_argument("--scimitar", default=str(ROOT / "target/release/scimitar"), help="makes the server")
    reader.add_argument("--measured", help="the program that is measured, where it is another one")
    reader.add_argument("--refresh", action="store_true", help="all lists are on the disk before")
    args = reader.parse_args()
    args.measured = args.measured or args.scimitar
    if not shutil.which("curl"):
        raise SystemExit("curl is not here")
    print("| users | command | requests | bytes received | CPU | memory | wall | curl | ratio |")
    print("|---|---|---|---|---|---|---|---|---|")
    for users in map(int, args.users.split(",")):
        with tempfile.TemporaryDirectory() as room:
            for size, name, lines, received, wall, cpu, memory, yardstick in measure(args, users, pathlib.Path(room)):
                figures = f"{len(lines)} | {received:,} | {cpu:.3f} s | {memory / 1024:.0f} MiB"
                walls = f"{wall * 1000:.0f} ms | {yardstick * 1000:.0f} ms | {wall / yardstick:.1f}"
                print(f"| {size:,} | {name} | {figures} | {walls} |", flush=True)


if __name__ == "__main__":
    main()
