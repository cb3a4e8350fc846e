//! The server and its only organisation.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::super::ids::{GlobalId, Kind};
use super::super::json::ORGANISATION;
use super::super::options::Hosting;
use super::super::reply::Refusal;
use super::super::version::NEWEST;
use super::session::Session;
use super::teams::Entity;

/// The organisation's name.
const NAME: &str = "Example Labs";
/// The name of the organisation's own entity, which would own its registries.
pub(super) const ENTITY: &str = "example-labs-org";

pub(super) struct Organization;

#[Object]
impl Organization {
    async fn id(&self) -> ID {
        ID(GlobalId(Kind::Organisation, ORGANISATION).text())
    }

    async fn name(&self) -> &str {
        NAME
    }

    async fn org_entity(&self) -> Option<Entity> {
        Some(Entity::Organisation)
    }
}

/// A switch of the server.
#[derive(SimpleObject)]
struct ServerFeature {
    name: String,
    is_enabled: bool,
}

/// The release that a single tenant's server reports.
#[derive(SimpleObject)]
struct LatestLocalVersionInfo {
    out_of_date: bool,
    latest_version_string: String,
    version_on_this_instance_string: String,
}

struct ServerInfo;

#[Object]
impl ServerInfo {
    /// None: this server has nothing that the package asks before using.
    async fn features(&self) -> Vec<Option<ServerFeature>> {
        Vec::new()
    }

    async fn latest_local_version_info(&self, ctx: &Context<'_>) -> Result<Option<LatestLocalVersionInfo>, Refusal> {
        let options = &Session::of(ctx)?.options;
        Ok((options.hosting != Hosting::MultiTenant).then(|| LatestLocalVersionInfo {
            out_of_date: options.server_version < NEWEST,
            latest_version_string: NEWEST.to_string(),
            version_on_this_instance_string: options.server_version.to_string(),
        }))
    }
}

#[derive(Default)]
pub(super) struct OrganisationQuery;

#[Object]
impl OrganisationQuery {
    async fn server_info(&self) -> Option<ServerInfo> {
        Some(ServerInfo)
    }

    async fn organization(&self, name: String) -> Option<Organization> {
        [NAME, ENTITY].contains(&name.as_str()).then_some(Organization)
    }
}
