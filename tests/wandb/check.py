"""The official wandb package against the demo directory: every call of its User, Team and Member classes, each with
what it must give back, and with what SCIM says afterwards.

Usage: check.py SCIM_URL, with the key in SCIMITAR_DEMO_KEY. Prints a line for each check; the first that fails ends it.
Knows nothing of the server but its two addresses.
"""

import base64
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

import wandb
from wandb.errors import AuthenticationError
from wandb.sdk.lib.service.service_connection import WandbApiFailedError

SCIM = sys.argv[1].rstrip("/")
BASE = SCIM.removesuffix("/scim")
KEY = os.environ["SCIMITAR_DEMO_KEY"]
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
count = 0


def check(call, holds, seen=""):
    global count
    if not holds:
        sys.exit(f"wandb: FAILED  {call}: {seen!r}")
    count += 1
    print(f"  ok  {call}" + (f"  ->  {seen}" if seen != "" else ""), flush=True)


def refused(call, act, error, words):
    try:
        result = act()
    except error as raised:
        check(call, words in str(raised), f"refused: {raised}")
    else:
        sys.exit(f"wandb: FAILED  {call}: was not refused, gave {result!r}")


def scim(path, key=KEY, method="GET"):
    request = urllib.request.Request(f"{SCIM}/{path}", method=method, headers={"Authorization": f"Bearer {key}"})
    try:
        with OPENER.open(request, timeout=20) as reply:
            return reply.status, json.loads(reply.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, None


def found(place, attribute, value):
    query = urllib.parse.urlencode({"filter": f'{attribute} eq "{value}"'})
    status, answer = scim(f"{place}?{query}")
    assert status == 200, status
    return next(iter(answer["Resources"]), None)


def scim_user(name):
    return found("Users", "userName", name)


def scim_members(team):
    return [member["Display"] for member in found("Groups", "displayName", team)["members"] or []]


def api(key):
    return wandb.Api(overrides={"base_url": BASE}, api_key=key)


def member(team, **wanted):
    team.load(force=True)
    return next((one for one in team.members if all(getattr(one, k) == v for k, v in wanted.items())), None)


def whose_key(admin):
    me = admin.viewer
    check("api.viewer", (me.username, me.admin) == ("demo-admin", True), f"{me.username} {me.email}")
    check("viewer.id is SCIM's id", me.id == scim_user("demo-admin")["id"], me.id)
    check("api.default_entity", admin.default_entity == me.entity, admin.default_entity)
    teams = [role["teamName"] for role in scim_user("demo-admin")["teamRoles"]]
    check("viewer.teams are SCIM's", me.teams == teams, me.teams)
    check("viewer.api_keys shows names, not secrets", len(me.api_keys) >= 2 and KEY not in me.api_keys, me.api_keys)
    refused("a key that nobody has", lambda: api("0" * 40), AuthenticationError, "unknown")


def people(admin):
    eva = admin.user("eva.tanaka@example.com")
    check("api.user(email)", eva.username == "eva-tanaka" and len(eva.api_keys) > 0, eva.api_keys)
    check("api.user(nobody)", admin.user("nobody-at-all") is None)
    names = [one.username for one in admin.users("eva")]
    check("api.users(prefix)", "eva-tanaka" in names and all(name.startswith("eva") for name in names), names)

    zoe = admin.create_user("zoe.quist@example.org")
    check("api.create_user", (zoe.email, zoe.admin) == ("zoe.quist@example.org", False), zoe.username)
    shown = scim_user(zoe.username)
    check("... is in SCIM", (shown["id"], shown["organizationRole"]) == (zoe.id, "member"), shown["id"])
    root = admin.create_user("root.two@example.org", admin=True)
    check("api.create_user(admin=True)", root.admin and scim_user(root.username)["organizationRole"] == "admin", root)
    refused("api.create_user, the email again", lambda: admin.create_user("ZOE.quist@example.org"), WandbApiFailedError,
            "exists already")
    refused("api.create_user, no email", lambda: admin.create_user("zoe"), WandbApiFailedError, "not an email")
    return zoe


def teams(admin, zoe):
    team = admin.create_team("sdk-team", admin_username="eva-tanaka")
    check("api.create_team(admin_username)", (team.name, team.is_team, team.entity_type) == ("sdk-team", True, "team"),
          [(one.username, one.admin) for one in team.members])
    check("... its admin", member(team, username="eva-tanaka").admin and not member(team, username="nightly-sync").admin)
    check("... is SCIM's group", found("Groups", "displayName", "sdk-team")["id"] == team.id, scim_members("sdk-team"))
    roles = scim_user("eva-tanaka")["teamRoles"]
    check("... and SCIM's team role", {"teamName": "sdk-team", "roleName": "admin"} in roles)
    again = admin.create_team("sdk-team", admin_username=zoe.username)
    check("api.create_team, the name again, gives the team there is", member(again, username=zoe.username) is None)
    refused("api.team(nowhere)", lambda: admin.team("nowhere"), KeyError, "members")

    check("team.invite(username)", team.invite(zoe.username) is True)
    pending = member(team, username=zoe.username)
    check("... is pending", (pending.pending, pending.admin, pending.email) == (True, False, zoe.email), pending)
    check("... and not in SCIM", zoe.username not in scim_members("sdk-team"))
    check("team.invite(username) again", team.invite(zoe.username) is False)
    check("team.invite(email, admin=True)", team.invite("new.person@example.org", admin=True) is True)
    newcomer = member(team, email="new.person@example.org")
    check("... is pending as an admin", newcomer.pending and newcomer.admin and newcomer.username is None, newcomer)
    check("team.invite(nobody)", team.invite("nobody-at-all") is False)
    check("team.invite(a member)", team.invite("eva-tanaka") is False)

    bot = team.create_service_account("Nightly trainer")
    check("team.create_service_account", (bot.account_type, bot.name) == ("SERVICE", "Nightly trainer"), bot)
    check("... is in SCIM", scim_user(bot.username)["accountType"] == "SERVICE" and bot.username in
          scim_members("sdk-team"), scim_members("sdk-team"))

    check("member.delete, an open invitation", newcomer.delete() is True)
    check("... is gone", member(team, email="new.person@example.org") is None)
    check("member.delete again", newcomer.delete() is False)
    check("member.delete, a member", member(team, username="eva-tanaka").delete() is True)
    check("... is gone", member(team, username="eva-tanaka") is None and "eva-tanaka" not in scim_members("sdk-team"))
    check("... and still a user", scim_user("eva-tanaka") is not None)
    check("the seeded invitations", [one.email for one in admin.team("vision").members if one.pending] != [],
          [one.email for one in admin.team("vision").members if one.pending])


def keys(admin):
    me = admin.viewer
    before = me.api_keys
    secret = me.generate_api_key("made by the check")
    check("user.generate_api_key", secret is not None and len(secret) >= 40, "(a secret)")
    listed = admin.user("demo-admin").api_keys
    check("... is listed by its beginning", len(listed) == len(before) + 1 and secret not in listed
          and any(secret.startswith(name) for name in listed), listed)
    check("... opens GraphQL", api(secret).viewer.username == "demo-admin")
    check("... and SCIM", scim("Roles", secret)[0] == 200)
    check("user.delete_api_key", me.delete_api_key(secret) is True)
    check("... is not listed", admin.user("demo-admin").api_keys == before)
    check("... opens SCIM no more", scim("Roles", secret)[0] == 401)
    refused("... nor GraphQL", lambda: api(secret), AuthenticationError, "unknown")
    eva = admin.user("eva-tanaka")
    check("user.delete_api_key, somebody else's", eva.delete_api_key(eva.api_keys[0]) is True)
    check("... is gone", len(admin.user("eva-tanaka").api_keys) == len(eva.api_keys) - 1)

    # The key of the method is the caller's, whoever the User object shows.
    noor = admin.user("noor-haddad")
    check("user.generate_api_key, on somebody else", noor.generate_api_key("whose?") is not None)
    check("... makes the caller's", len(admin.user("demo-admin").api_keys) == len(before) + 1
          and len(admin.user("noor-haddad").api_keys) == len(noor.api_keys) - 1)


def organisation(admin):
    one = admin.organization()
    check("api.organization", one.org_entity.entity_type == "organization", one.name)
    answer = admin._service_api.execute_graphql(
        "query Q { serverInfo { latestLocalVersionInfo { outOfDate latestVersionString versionOnThisInstanceString } } }"
    )
    check("serverInfo", answer["serverInfo"]["latestLocalVersionInfo"]["outOfDate"] is False,
          answer["serverInfo"]["latestLocalVersionInfo"])


def without_headers():
    """What W&B's own headers decide, asked without them."""
    query = json.dumps({"query": 'query SearchUsers { users(query: "eva") { edges { node { username } } } }'}).encode()
    basic = base64.b64encode(f"api:{KEY}".encode()).decode()
    for agent, privileges, words in [("check", "true", "relogin required"),
                                     ("W&B Public Client 1", "false", "only admins can use users()")]:
        request = urllib.request.Request(f"{BASE}/graphql", query, {
            "Authorization": f"Basic {basic}", "Content-Type": "application/json", "User-Agent": agent,
            "Use-Admin-Privileges": privileges})
        try:
            OPENER.open(request, timeout=20)
            sys.exit("wandb: FAILED  users without the headers: was not refused")
        except urllib.error.HTTPError as error:
            said = json.loads(error.read())["errors"][0]["message"]
            check(f"users as {agent!r}, privileges {privileges}", said == words, f"{error.code} {said}")


admin = api(KEY)
whose_key(admin)
zoe = people(admin)
teams(admin, zoe)
keys(admin)
organisation(admin)
without_headers()
print(f"wandb {wandb.__version__}: {count} checks passed")
