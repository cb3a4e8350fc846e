#!/usr/bin/env python3
"""One hundred new users and as many new names: a shell loop of commands, one `apply`, scim2-cli, and Python's scim2-client.

    cargo build --release && benches/loops.py [--users N] [--changes N] [--scimitar PATH]

Each way works on a demo server (plain SCIM) of its own. Prints a Markdown table: wall time, CPU time of all processes of
the way (user and system), and both beside the shell loop's. Every loop is one shell that starts one process for each
change; scim2-client is one process. What each way has done is looked up on the server afterwards. scim2-cli and
scim2-client are installed from PyPI into a directory that is thrown away.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEY = "key-of-the-bench"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"

# Finds each user by name, as a person's script would, and replaces the name.
CLIENT = """
import sys
from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import SearchRequest
url, key, names = sys.argv[1], sys.argv[2], sys.argv[3:]
http = Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=60)
scim = SyncSCIMClient(http)
scim.discover()
User = scim.get_resource_model("User")
for name in names:
    email = User.Emails(value=f"{name}@example.com", primary=True)
    made = scim.create(User(user_name=name, emails=[email]))
for name in names:
    found = scim.query(User, query_parameters=SearchRequest(filter=f'userName eq "{name}"')).resources[0]
    found.display_name = f"New {name}"
    scim.replace(found)
"""


class Server:
    """A demo directory in a process of its own."""

    def __init__(self, program, users, env):
        serve = [program, "demo", "--provider", "scim", "--listen", "127.0.0.1:0", "--key-env", "DEMO_KEY"]
        self.process = subprocess.Popen([*serve, "--users", str(users)], env=env, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().removeprefix("url: ").strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def get(self, path):
        request = urllib.request.Request(f"{self.url}/{path}", headers={"Authorization": f"Bearer {KEY}"})
        return json.load(urllib.request.urlopen(request))["Resources"]

    def described(self):
        """Resource types and schemas, without extensions."""
        types = self.get("ResourceTypes")
        for one in types:
            one.pop("schemaExtensions", None)
        core = {one["schema"] for one in types}
        return types, [schema for schema in self.get("Schemas") if schema["id"] in core]

    def done(self, names):
        """How many of these users are there under their new names."""
        count = 0
        for name in names:
            found = self.get(f"Users?filter=userName%20eq%20%22{name}%22")
            count += len(found) == 1 and found[0].get("displayName") == f"New {name}"
        return count


def timed(command, env):
    """Wall time, and CPU time of the command and its children."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        print(f"{command[0]} ended with {done.returncode}: {(done.stderr or done.stdout)[-400:]}\n")
    return time.monotonic() - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ours(args, server, room, names):
    config = room / "config.toml"
    config.write_text(f'[profile.acme]\nprovider = "scim"\nurl = "{server.url}"\nkey = {{ env = "DEMO_KEY" }}\n')
    base = f"{args.scimitar} --config {config} -p acme"
    if args.way == "apply":
        rows = "".join(f"{name},{name}@example.com,New {name}\n" for name in names)
        (room / "new.csv").write_text("user,email,name\n" + rows)
        return ["sh", "-ec", f"{base} apply {room / 'new.csv'} --yes"]
    lines = [f"{base} create user {name} --email {name}@example.com --yes\n" for name in names]
    lines += [f"{base} set-name {name} 'New {name}' --yes\n" for name in names]
    return ["sh", "-ec", "".join(lines)]


def cli(args, server, room, names):
    """A PUT needs the id, which a query tells."""
    # It makes an option of each extension's name, and fails on one with a space: extensions are left out.
    types, schemas = server.described()
    (room / "types.json").write_text(json.dumps(types))
    (room / "schemas.json").write_text(json.dumps(schemas))
    scim2 = f"{args.venv}/bin/scim2 --url {server.url} -s {room / 'schemas.json'} -r {room / 'types.json'}"
    lines = []
    for name in names:
        body = {"schemas": [USER], "userName": name, "emails": [{"value": f"{name}@example.com", "primary": True}]}
        lines.append(f"echo '{json.dumps(body)}' | {scim2} create user\n")
    for name in names:
        body = {"schemas": [USER], "userName": name, "displayName": f"New {name}"}
        body["emails"] = [{"value": f"{name}@example.com", "primary": True}]
        ask = f"{scim2} query user --filter 'userName eq \"{name}\"'"
        cut = f"{sys.executable} -c 'import json, sys; print(json.load(sys.stdin)[\"Resources\"][0][\"id\"])'"
        add = f"{sys.executable} -c 'import json, sys; print(json.dumps(dict(json.loads(sys.argv[1]), id=sys.argv[2])))'"
        lines.append(f"id=$({ask} | {cut}); {add} '{json.dumps(body)}' \"$id\" | {scim2} replace user\n")
    return ["sh", "-ec", "".join(lines)]


def client(args, server, room, names):
    script = room / "client.py"
    script.write_text(CLIENT)
    return [f"{args.venv}/bin/python", str(script), server.url, KEY, *names]


def install(room):
    """A directory with scim2-cli and scim2-client; none where they can't be had."""
    place = room / "venv"
    try:
        subprocess.run([sys.executable, "-m", "venv", place], check=True, capture_output=True, timeout=120)
        packages = ["scim2-cli", "scim2-client[httpx2]"]
        command = [place / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*command, *packages], check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"scim2-cli and scim2-client can't be installed here: {error}\n")
        return None
    return place


def main():
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--users", type=int, default=10_000)
    reader.add_argument("--changes", type=int, default=100)
    reader.add_argument("--scimitar", default=str(ROOT / "target" / "release" / "scimitar"))
    args = reader.parse_args()
    names = [f"zoe{number:04}" for number in range(args.changes)]
    print(f"{args.changes} users are made and renamed, in a directory of {args.users:,}.\n")
    print("| way | wall | CPU | wall : loop | CPU : loop |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as room:
        room = pathlib.Path(room)
        args.venv = install(room)
        ways = [("a loop of commands", "loop", ours), ("one `apply`", "apply", ours)]
        if args.venv:
            ways += [("a loop of scim2-cli", "cli", cli), ("a script with scim2-client", "client", client)]
        first = None
        for name, args.way, command in ways:
            env = {"PATH": os.environ.get("PATH", ""), "HOME": str(room), "NO_PROXY": "127.0.0.1", "DEMO_KEY": KEY}
            env |= {"SCIMITAR_STATE": str(room / args.way), "SCIM_CLI_HEADERS": f"Authorization: Bearer {KEY}"}
            with Server(args.scimitar, args.users, env) as server:
                wall, cpu = timed(command(args, server, room, names), env)
                done = server.done(names)
            first = first or (wall, cpu)
            note = "" if done == len(names) else f" ({done} of {len(names)} done)"
            ratios = f"{wall / first[0]:.2f} | {cpu / first[1]:.2f}"
            print(f"| {name}{note} | {wall:.1f} s | {cpu:.1f} s | {ratios} |", flush=True)


if __name__ == "__main__":
    main()
