//! The providers: a name, the addresses, the settings of a profile and the demo of each. Config, forms, the opener and
//! the demo read them here; how a provider speaks is the dialect's alone.

use std::{fmt, str::FromStr};

/// The provider of a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Provider {
    /// Weights & Biases.
    #[default]
    Wandb,
    /// Grafana Enterprise and Cloud.
    Grafana,
    /// Datasaur.
    Datasaur,
    /// Any server that keeps to RFC 7643 and RFC 7644.
    Scim,
}

impl Provider {
    /// All providers.
    pub const ALL: [Self; 4] = [Self::Wandb, Self::Grafana, Self::Datasaur, Self::Scim];

    /// The facts about the provider.
    pub fn descriptor(self) -> &'static ProviderDescriptor {
        match self {
            Self::Wandb => &WANDB,
            Self::Grafana => &GRAFANA,
            Self::Datasaur => &DATASAUR,
            Self::Scim => &SCIM,
        }
    }

    /// The name in `config.toml`, in forms and in arguments.
    pub fn as_str(self) -> &'static str {
        self.descriptor().name
    }

    /// All names, as a sentence lists them: "wandb, grafana, datasaur or scim".
    pub fn names() -> String {
        let [first @ .., last] = Self::ALL.map(Self::as_str);
        format!("{} or {last}", first.join(", "))
    }
}

/// A provider, apart from how it speaks.
#[derive(Debug)]
pub struct ProviderDescriptor {
    /// The name in `config.toml`, in forms and in arguments.
    pub name: &'static str,
    /// True where a server has a [`Hosting`].
    pub is_hosted: bool,
    /// The address of the shared service; `None` where a profile has to name one.
    pub url: Option<&'static str>,
    /// An address as a person writes it.
    pub example: &'static str,
    /// The words under the form's address.
    pub url_help: &'static str,
    /// A number that is part of the address.
    pub number: Option<AddressNumber>,
    /// The roles that groups give, the highest first: the last is that of a user without such a group. Empty where
    /// only a profile's own mapping gives roles.
    pub group_roles: &'static [&'static str],
    /// The reason why a profile can't map groups to roles.
    pub no_mapping: Option<&'static str>,
    /// The source of the key that a new profile begins with, in the form's words.
    pub key: &'static str,
    /// The path of the demo server's SCIM root, with a trailing slash.
    pub demo_root: &'static str,
    /// The groups of the demo directory that give a role, where groups do.
    pub demo_groups: &'static [(&'static str, &'static str)],
}

/// A number that is part of a provider's address.
#[derive(Debug)]
pub struct AddressNumber {
    /// The setting of the profile.
    pub setting: &'static str,
    /// The label in the form.
    pub label: &'static str,
    /// The words under it.
    pub help: &'static str,
    /// The settings' owner, for a profile of another provider: "Grafana Cloud has stacks".
    pub only: &'static str,
    /// The way to find the number; `None` where an address can do without.
    pub needed: Option<&'static str>,
    /// The path below the address.
    pub path: fn(Option<&str>) -> String,
    /// True for an address that has the path already.
    pub is_in: fn(&str) -> bool,
    /// The address and the number of a base URL.
    pub split: fn(&str) -> (&str, &str),
}

/// The server that W&B's tools use by default.
pub const WANDB_URL: &str = "https://api.forge.coreweave.com";

/// Weights & Biases (docs/src/providers/wandb.md).
const WANDB: ProviderDescriptor = ProviderDescriptor {
    name: "wandb",
    is_hosted: true,
    url: Some(WANDB_URL),
    example: "https://acme.wandb.io",
    url_help: "https://acme.wandb.io; empty: W&B's multi-tenant cloud",
    number: None,
    group_roles: &[],
    no_mapping: Some("W&B keeps roles itself: they are not mapped from groups"),
    key: "env WANDB_API_KEY",
    demo_root: "/scim/",
    demo_groups: &[],
};

/// Grafana Enterprise and Cloud (docs/src/providers/grafana.md).
const GRAFANA: ProviderDescriptor = ProviderDescriptor {
    name: "grafana",
    is_hosted: false,
    url: None,
    example: "https://acme.grafana.net",
    url_help: "https://acme.grafana.net",
    number: Some(AddressNumber {
        setting: "stack",
        label: "Stack",
        help: "number of the stack in Grafana Cloud; empty: a Grafana of your own",
        only: "Grafana Cloud has stacks",
        needed: None,
        // SCIM is in a separate namespace, which names the stack in Grafana Cloud
        // (docs/src/providers/grafana.md#addresses).
        path: |stack| {
            let namespace = stack.map_or_else(|| "default".to_owned(), |stack| format!("stacks-{stack}"));
            format!("apis/scim.grafana.app/v0alpha1/namespaces/{namespace}")
        },
        is_in: |url| url.contains("/apis/"),
        // The namespace in the address names the stack.
        split: |base| (base, ""),
    }),
    group_roles: &[],
    no_mapping: None,
    key: "",
    demo_root: "/apis/scim.grafana.app/v0alpha1/namespaces/default/",
    demo_groups: &[],
};

/// Datasaur (docs/src/providers/datasaur.md).
const DATASAUR: ProviderDescriptor = ProviderDescriptor {
    name: "datasaur",
    is_hosted: false,
    url: Some("https://app.datasaur.ai"),
    example: "https://app.datasaur.ai",
    url_help: "your own installation; empty: Datasaur's cloud",
    number: Some(AddressNumber {
        setting: "workspace",
        label: "Workspace",
        help: "the number in the address: /teams/NUMBER/…",
        only: "Datasaur has workspaces",
        needed: Some("write the number that follows /teams/ in Datasaur's address bar"),
        path: |workspace| format!("api/teams/{}/scim/v2", workspace.unwrap_or_default()),
        is_in: |url| datasaur_parts(url).is_some(),
        split: |base| datasaur_parts(base).unwrap_or((base, "")),
    }),
    // docs/src/providers/datasaur.md#roles
    group_roles: &["admin", "reviewer", "labeler"],
    no_mapping: None,
    key: "",
    demo_root: "/api/teams/4711/scim/v2/",
    demo_groups: &[("growth", "admin"), ("evals", "reviewer"), ("research", "reviewer"), ("speech", "labeler")],
};

/// The address and the workspace of a whole base URL: the demo server and Datasaur's own pages write it so.
fn datasaur_parts(base: &str) -> Option<(&str, &str)> {
    let (address, rest) = base.trim_end_matches('/').split_once("/api/teams/")?;
    let workspace = rest.strip_suffix("/scim/v2")?;
    let is_number = !workspace.is_empty() && workspace.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some((address, workspace))
}

/// Any service provider after RFC 7644 (docs/src/providers/scim.md).
const SCIM: ProviderDescriptor = ProviderDescriptor {
    name: "scim",
    is_hosted: false,
    url: None,
    example: "https://id.example.com/scim/v2",
    url_help: "the whole base, such as https://id.example.com/scim/v2",
    number: None,
    group_roles: &[],
    no_mapping: None,
    key: "",
    demo_root: "/scim/v2/",
    demo_groups: &[],
};

/// The hosting of a W&B server; capabilities differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Hosting {
    /// Multi-tenant Cloud: one server for all customers.
    MultiTenant,
    /// Dedicated Cloud: one server for the customer, run by W&B.
    #[default]
    Dedicated,
    /// Run by the customer.
    SelfManaged,
    /// Not told, or of a provider without hostings: plans offer the actions of any hosting, and name the consequences
    /// on Multi-tenant Cloud.
    NotTold,
}

impl Hosting {
    /// The hostings that have a name.
    pub const NAMED: [Self; 3] = [Self::MultiTenant, Self::Dedicated, Self::SelfManaged];

    /// The name in `config.toml`, in forms and in arguments; empty where it is not told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MultiTenant => "multi-tenant",
            Self::Dedicated => "dedicated",
            Self::SelfManaged => "self-managed",
            Self::NotTold => "",
        }
    }

    /// False where it is known that the server is one customer's.
    pub fn may_be_multi_tenant(self) -> bool {
        match self {
            Self::MultiTenant | Self::NotTold => true,
            Self::Dedicated | Self::SelfManaged => false,
        }
    }
}

/// A name that no provider, or no hosting, has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} {text:?}: use one of {names}")]
pub struct UnknownProviderName {
    what: &'static str,
    text: String,
    names: String,
}

macro_rules! named {
    ($type:ty, $what:literal, $all:expr) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $type {
            type Err = UnknownProviderName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $all.into_iter().find(|one| one.as_str() == text).ok_or_else(|| UnknownProviderName {
                    what: $what,
                    text: text.to_owned(),
                    names: $all.map(Self::as_str).join(", "),
                })
            }
        }
    };
}
named!(Provider, "provider", Self::ALL);
named!(Hosting, "hosting", Self::NAMED);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_others_are_listed() {
        for hosting in Hosting::NAMED {
            assert_eq!(hosting.to_string().parse(), Ok(hosting));
        }
        for provider in Provider::ALL {
            assert_eq!(provider.to_string().parse(), Ok(provider));
        }
        assert!("saas".parse::<Hosting>().unwrap_err().to_string().contains("multi-tenant, dedicated, self-managed"));
        assert!("".parse::<Hosting>().is_err());
        assert_eq!(Provider::names(), "wandb, grafana, datasaur or scim");
    }

    #[test]
    fn an_address_with_its_number_is_split_into_the_two_again() {
        for number in Provider::ALL.into_iter().filter_map(|provider| provider.descriptor().number.as_ref()) {
            let base = format!("https://a.example/{}", (number.path)(Some("7")));
            assert!((number.is_in)(&base) && !(number.is_in)("https://a.example"), "{base}");
            let (address, found) = (number.split)(&base);
            assert!(found.is_empty() && address == base || (address, found) == ("https://a.example", "7"), "{base}");
        }
    }
}
