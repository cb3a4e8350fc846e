//! The servers, and how each differs from RFC 7644. One test code serves all of them; `.ci/interop` installs and starts
//! them from `servers/`.

use scimitar::scim::quirks::RemovalForm;

/// The name of the server that is running; a server that has no row here is taken to keep to the RFCs.
pub const NAME: &str = "SCIMITAR_INTEROP_SERVER";

/// The facts about a server that a test needs.
#[derive(Debug, Clone, Copy)]
pub struct Server {
    /// The directory in `servers/`.
    pub name: &'static str,
    /// A user's `displayName` can be set.
    pub names: bool,
    /// Attributes beside those that every directory has are kept: `title`, `roles`, a group's `externalId`.
    pub attributes: bool,
    /// PUT of a group sets its members.
    pub puts_members: bool,
    /// How a member is removed. Ways other than the RFC's are only found by `scimitar doctor --write`.
    pub removal: RemovalForm,
    /// A stale `If-Match` is refused.
    pub versions: bool,
    /// A deleted user stays in the groups, as an id of nobody.
    pub keeps_deleted_members: bool,
    /// Records that come of a longer list, where the rest can't be read.
    pub first_only: Option<usize>,
}

const RFC: Server = Server {
    name: "",
    names: true,
    attributes: true,
    puts_members: true,
    removal: RemovalForm::Filter,
    versions: true,
    keeps_deleted_members: false,
    first_only: None,
};

const SERVERS: [Server; 4] = [
    // Nothing ties its lists together.
    Server { name: "scim2-server", keeps_deleted_members: true, ..RFC },
    // Express makes an ETag of each answer, and nobody looks at If-Match.
    Server { name: "scimmy", versions: false, ..RFC },
    // The same on Express 5, which parses the query anew at each look: the numbers that scimmy-routers makes of
    // `startIndex` and `count` are lost, and each page is the first one.
    Server { name: "scimmy-express5", versions: false, first_only: Some(20), ..RFC },
    Server {
        name: "django-scim2",
        // Made of first and last name. PATCH of it is 501, and PUT takes it and leaves it as it is.
        names: false,
        // There is no column for them.
        attributes: false,
        // PUT of a group sets its name alone.
        puts_members: false,
        // 501 for a filter in a path and for `replace members`.
        removal: RemovalForm::Value,
        versions: false,
        ..RFC
    },
];

/// The server under test.
pub fn server() -> Server {
    let name = std::env::var(NAME).unwrap_or_default();
    SERVERS.into_iter().find(|server| server.name == name).unwrap_or(RFC)
}

impl Server {
    /// For the `server` table of a profile, where the RFC's way of removing a member is not known here.
    pub fn removal_in_profile(self) -> String {
        match self.removal {
            RemovalForm::Filter => String::new(),
            other => format!("remove_member = {}", serde_json::json!(other)),
        }
    }
}
