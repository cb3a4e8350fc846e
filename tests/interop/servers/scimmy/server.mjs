// A directory in memory behind scimmy-routers: `node server.mjs PORT [EXPRESS]`, with the key in SCIMITAR_INTEROP_KEY.
import { randomUUID } from "node:crypto";
import SCIMMYRouters, { SCIMMY } from "scimmy-routers";

const [port, framework = "express"] = process.argv.slice(2);
const { default: express } = await import(framework);
const key = process.env.SCIMITAR_INTEROP_KEY;
const users = new Map();
const groups = new Map();

const existing = (records, id) => {
    const record = records.get(id);
    if (record === undefined) throw new SCIMMY.Types.Error(404, null, `${id} is not here`);
    return record;
};

/** What scimmy asks of a store; the rest of the protocol is its own. */
const store = (records, name, shown, check) => ({
    ingress: (resource, data) => {
        const old = resource.id === undefined ? undefined : existing(records, resource.id);
        const taken = (other) => other !== old && other[name].toLowerCase() === data[name].toLowerCase();
        if ([...records.values()].some(taken)) {
            throw new SCIMMY.Types.Error(409, "uniqueness", `${name} ${data[name]} is taken`);
        }
        check(data);
        const id = old?.id ?? randomUUID();
        const lastModified = new Date();
        const meta = { created: old?.meta.created ?? lastModified, lastModified };
        // A plain copy: what scimmy hands over is checked by its schema at each access.
        records.set(id, { ...JSON.parse(JSON.stringify(data)), id, meta });
        return shown(records.get(id));
    },
    egress: (resource) => {
        if (resource.id !== undefined) return shown(existing(records, resource.id));
        const all = [...records.values()].map(shown);
        return resource.filter ? resource.filter.match(all) : all;
    },
    degress: (resource) => {
        existing(records, resource.id);
        records.delete(resource.id);
        for (const group of groups.values()) {
            group.members = group.members?.filter(({ value }) => value !== resource.id);
        }
    },
});

const groupsOf = (id) => [...groups.values()]
    .filter((group) => group.members?.some(({ value }) => value === id))
    .map((group) => ({ value: group.id, display: group.displayName }));

const checkMembers = (group) => {
    const stranger = group.members?.find(({ value }) => !users.has(value) && !groups.has(value));
    if (stranger) throw new SCIMMY.Types.Error(400, "invalidValue", `there is no ${stranger.value}`);
};

const withGroups = (user) => ({ ...user, groups: groupsOf(user.id) });
SCIMMY.Resources.declare(SCIMMY.Resources.User, store(users, "userName", withGroups, () => {}));
SCIMMY.Resources.declare(SCIMMY.Resources.Group, store(groups, "displayName", (group) => group, checkMembers));

express().use("/scim/v2", new SCIMMYRouters({
    type: "bearer",
    handler: (request) => {
        if (request.header("Authorization") !== `Bearer ${key}`) throw new Error("no such key");
        return "key";
    },
})).listen(Number(port), "127.0.0.1");
