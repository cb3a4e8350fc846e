"""scim2-tester and scim-sanity (PyPI) on `scimitar demo --provider scim`: `check.py URL`, the key in SCIMITAR_DEMO_KEY.

Each failure has to be one of those below, and each of those has to happen; docs/src/demo.md gives the reasons.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

HOURS = "text in the decimal attribute `hours`: no request is sent"
DISPLAY = "the name of a member (`display`, read-only) comes back beside its id"
NO_BODY = "204 and no body, RFC 7644 section 3.5.2"
UNKNOWN = "a member who does not exist is refused"

# The check, words of its failure, and the reason.
TESTER = [
    *(
        (check, "\nhours\n", HOURS)
        for check in (
            "object_query_with_attributes",
            "object_list_with_attributes",
            "search_with_attributes",
            "object_replacement",
            "check_add_attribute",
            "check_remove_attribute",
            "check_replace_attribute",
        )
    ),
    ("check_add_attribute", "Attribute 'members' was not added", DISPLAY),
    ("check_replace_attribute", "Attribute 'members' was not replaced", DISPLAY),
]
SANITY = [
    ("PATCH /Groups/{id}", "got 204", NO_BODY),
    ("PATCH /Groups/{id} remove members", "got 204", NO_BODY),
    ("PATCH /Groups/{id} add member", "got 400", UNKNOWN),
]


def judge(tool, passed, failures, expected):
    """Prints the outcome; true where exactly the expected failures happened."""
    left, strange = list(expected), []
    for check, words in failures:
        known = next((one for one in left if one[0] == check and one[1] in words), None)
        if known:
            left.remove(known)
        else:
            strange.append(f"{check}: {words}")
    reasons = Counter(reason for _, _, reason in expected if reason)
    print(f"{tool}: {passed} passed, {len(failures)} failed")
    for reason, count in reasons.items():
        print(f"  {count} expected: {reason}")
    for line in strange:
        print(f"  UNEXPECTED {line}")
    for check, words, _ in left:
        print(f"  NOT FAILED any more: {check} ({words.strip()})")
    return passed > 0 and not strange and not left


def tester(url, key):
    """The checks of scim2-tester."""
    http = Client(base_url=url, headers={"Authorization": f"Bearer {key}"})
    results = check_server(SyncSCIMClient(http))
    failures = [
        (str(one.title), str(one.reason)) for one in results if one.status in (Status.ERROR, Status.CRITICAL)
    ]
    passed = sum(one.status == Status.SUCCESS for one in results)
    return judge("scim2-tester", passed, failures, TESTER)


def sanity(url, key):
    """The probe of scim-sanity, which takes the key on its command line alone: it is a throw-away key."""
    program = Path(sys.executable).with_name("scim-sanity")
    command = [program, "probe", url, "--token", key, "--i-accept-side-effects", "--json-output"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    results = json.loads(said.stdout)["results"]
    failures = [(one["name"], one.get("message", "")) for one in results if one["status"] not in ("pass", "skip")]
    passed = sum(one["status"] == "pass" for one in results)
    return judge("scim-sanity", passed, failures, SANITY)


def main():
    url, key = sys.argv[1], os.environ["SCIMITAR_DEMO_KEY"]
    outcomes = [tester(url, key), sanity(url, key)]
    sys.exit(0 if all(outcomes) else 1)


if __name__ == "__main__":
    main()
