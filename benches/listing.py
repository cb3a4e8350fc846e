#!/usr/bin/env python3
"""`scimitar users --json` beside curl of the same pages and Python's scim2-client, on 10,000 users of a demo server.

    cargo build --release && benches/listing.py [--users N] [--runs N] [--scimitar PATH]

Prints a Markdown table: wall time (median, shortest, longest of several runs, taken in turn), CPU time (median; user and
system), the most memory that a run held (ru_maxrss), and ratios to curl's. Users are joined with groups, so curl reads
both. Python and scim2-client are installed into a directory of their own that is thrown away; what can't be run here is
said, and the rest is measured.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent

# All pages through the library's own paging, as objects, printed as JSON.
CLIENT = """
import json, sys
from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import SearchRequest
url, key = sys.argv[1:]
http = Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=60)
scim = SyncSCIMClient(http)
scim.discover()
User = scim.get_resource_model("User")
seen, start = [], 1
while True:
    reply = scim.query(User, query_parameters=SearchRequest(start_index=start, count=1000))
    here = reply.resources or []
    seen += here
    start += len(here)
    if not here or start > reply.total_results:
        break
json.dump([user.model_dump() for user in seen], sys.stdout)
"""


def run(command, env, out):
    """Wall and CPU time, the most memory in KiB, and how it ended.

    Linux counts what this script holds when it starts a process for that process's: so it keeps nothing of the answers.
    """
    began = time.monotonic()
    child = subprocess.Popen(command, env=env, stdout=out, stderr=subprocess.PIPE)
    said = child.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    memory = usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    return (time.monotonic() - began, usage.ru_utime + usage.ru_stime), memory, child.returncode, said


class Server:
    """A demo directory in a process of its own."""

    def __init__(self, program, users):
        command = [program, "demo", "--provider", "scim", "--listen", "127.0.0.1:0", "--users", str(users)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().removeprefix("url: ").strip()
        self.key = self.process.stdout.readline().removeprefix("key: ").strip()

    def get(self, path):
        """What a small program makes of an answer: the numbers of its page."""
        script = "import json, sys; page = json.load(sys.stdin); print(page['totalResults'], len(page['Resources']))"
        ask = ["curl", "--silent", "--fail", "-H", f"Authorization: Bearer {self.key}", f"{self.url}/{path}"]
        answer = subprocess.run(ask, check=True, capture_output=True).stdout
        told = subprocess.run([sys.executable, "-c", script], input=answer, check=True, capture_output=True)
        return map(int, told.stdout.split())

    def pages(self):
        """All pages of groups and users, as long as the server makes them."""
        pages = []
        for kind in ("Groups", "Users"):
            total, size = self.get(f"{kind}?startIndex=1&count=1000")
            pages += [f"{self.url}/{kind}?startIndex={start}&count={size}" for start in range(1, total + 1, size)]
        return pages


def venv(room):
    """A Python with scim2-client, or why there is none."""
    place = room / "venv"
    try:
        subprocess.run([sys.executable, "-m", "venv", place], check=True, capture_output=True, timeout=120)
        python = place / "bin" / "python"
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "scim2-client[httpx2]"]
        subprocess.run(install, check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        told = getattr(error, "stderr", None) or b""
        return None, f"{error} {told.decode(errors='replace')[-300:]}"
    return python, None


def subjects(args, server, room):
    """What is measured: a name, a command and its environment."""
    plain = {"PATH": os.environ.get("PATH", ""), "HOME": str(room), "NO_PROXY": "127.0.0.1"}
    key = room / "key"
    key.write_text(server.key)
    key.chmod(0o600)
    config = room / "config.toml"
    config.write_text(f'[profile.acme]\nprovider = "scim"\nurl = "{server.url}"\nkey = {{ file = "key" }}\n')
    if shutil.which("curl"):
        curl = ["curl", "--silent", "--show-error", "--fail", "-H", f"Authorization: Bearer {server.key}"]
        yield "curl, the pages of groups and users", curl + server.pages(), plain
    else:
        print("curl is not here: left out.\n")
    ours = [args.scimitar, "--config", str(config), "-p", "acme", "users", "--json"]
    yield "scimitar users --json", ours, {**plain, "SCIMITAR_STATE": str(room / "state")}
    python, why = venv(room)
    if python:
        script = room / "client.py"
        script.write_text(CLIENT)
        yield "scim2-client with httpx2", [python, script, server.url, server.key], plain
    else:
        print(f"scim2-client can't be installed here: {why}\n")


def count(path):
    """Entries of a JSON array, counted elsewhere."""
    script = "import json, sys; print(len(json.load(open(sys.argv[1]))))"
    return int(subprocess.run([sys.executable, "-c", script, path], check=True, capture_output=True).stdout)


def measure(args, server, room):
    seen = {}
    commands = list(subjects(args, server, room))
    for _ in range(args.runs):
        for name, command, env in commands:
            with open(room / "out", "wb") as out:
                times, memory, code, said = run(command, env, out)
            if code != 0:
                print(f"{name} failed ({code}): {said.strip()[-600:]}\n")
                commands = [other for other in commands if other[0] != name]
                continue
            seen.setdefault(name, []).append((times, memory, (room / "out").stat().st_size))
            if name.startswith("scim") and (listed := count(room / "out")) < args.users:
                sys.exit(f"{name} listed {listed} of {args.users} users")
    return seen


def table(args, seen):
    print(f"{args.users:,} users, {args.runs} runs each, in turn.\n")
    print("| | median | shortest | longest | CPU | memory | written | time : curl | memory : curl |")
    print("|---|---|---|---|---|---|---|---|---|")
    first = next(iter(seen.values()), None)
    base = (statistics.median(wall for (wall, _), _, _ in first), max(memory for _, memory, _ in first)) if first else None
    for name, runs in seen.items():
        walls, memory = [wall for (wall, _), _, _ in runs], max(memory for _, memory, _ in runs)
        cpu = statistics.median(cpu for (_, cpu), _, _ in runs)
        median = statistics.median(walls)
        times = " | ".join(f"{wall * 1000:.0f} ms" for wall in (median, min(walls), max(walls)))
        size = runs[-1][2] / 1e6
        held = f"{memory / 1024:.0f} MiB | {size:.1f} MB | {median / base[0]:.2f} | {memory / base[1]:.2f}"
        print(f"| {name} | {times} | {cpu:.2f} s | {held} |")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--users", type=int, default=10_000)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--scimitar", default=str(ROOT / "target" / "release" / "scimitar"))
    args = arguments.parse_args()
    with tempfile.TemporaryDirectory() as room:
        server = Server(args.scimitar, args.users)
        try:
            table(args, measure(args, server, pathlib.Path(room)))
        finally:
            server.process.terminate()
            server.process.wait()


if __name__ == "__main__":
    main()
