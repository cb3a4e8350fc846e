//! The forms for a new team, with the place of its files, and for a list of members.

use super::{
    FormField, FormPurpose, FormState,
    values::{name_problem, people},
};
use crate::directory::{
    Directory, Id, Name,
    change::{Change, StorageBucket},
    field::TeamField,
    plan::ProviderCapabilities,
    record::Team,
};

const AWS: &[&str] = &["AWS"];
const AZURE: &[&str] = &["AZURE"];

impl FormState {
    /// A form for a new team.
    pub fn create_team(can: &ProviderCapabilities) -> Self {
        let mut fields = vec![
            FormField::text("name", TeamField::Name.spec().label, "", "unique"),
            FormField::list(
                "members",
                TeamField::Members.spec().label,
                "optional: user names or emails, split by spaces",
            ),
        ];
        if can.external_ids {
            let hint = "the id that the identity provider has for it";
            fields.insert(1, FormField::text("idp", TeamField::ExternalId.spec().label, "", hint));
        }
        if !can.buckets.is_empty() {
            fields.extend(storage(can.buckets));
        }
        let form = Self::new(FormPurpose::CreateTeam, &format!("New {}", can.team_word), fields);
        Self { spaced_names: can.spaced_names, ..form }
    }

    /// A form for a list of members: typed, pasted or in a file.
    pub fn member_list(team: &Team) -> Self {
        let fields = vec![
            FormField::list("members", "Names", "type or paste user names or emails, as they come"),
            FormField::text("file", "File", "", "or a text file with them, such as ~/people.txt"),
        ];
        let now = team.size().map_or_else(String::new, |size| format!(" ({size} now)"));
        let title = format!("Members of {} from a list{now}", team.name);
        Self::new(FormPurpose::MemberList(team.id.clone()), &title, fields)
    }

    /// The names that were entered and the file that was named; `None` with the error set where there is neither.
    pub fn listed(&mut self) -> Option<(String, String)> {
        self.forget_errors();
        let (names, file) = (self.value("members").to_owned(), self.value("file").to_owned());
        if names.is_empty() && file.is_empty() {
            self.fail("members", "name somebody, or a file");
            return None;
        }
        Some((names, file))
    }

    pub(super) fn new_team(&mut self, key: Id, directory: &Directory) -> Vec<Change> {
        let name = self.value("name").to_owned();
        if let Err(why) = name_problem(&name, self.spaced_names) {
            self.fail("name", why);
        } else if directory.teams_named(&Name::from(name.as_str())).next().is_some() {
            self.fail("name", format!("{name} is taken"));
        }
        let members = people(self.value("members"), directory).unwrap_or_else(|why| {
            self.fail("members", why.to_string());
            Vec::new()
        });
        let bucket = self.bucket();
        let external_id = self.value("idp").to_owned();
        vec![Change::CreateTeam { key, name, members, bucket, external_id }]
    }

    fn bucket(&mut self) -> Option<StorageBucket> {
        let text = |key| self.value(key).to_owned();
        let bucket = StorageBucket {
            provider: text("storage"),
            name: text("bucket"),
            path: text("path"),
            kms_key: text("kms"),
            aws_external_id: text("external"),
            azure_tenant: text("tenant"),
            azure_client: text("client"),
        };
        if bucket.provider.is_empty() {
            return None;
        }
        self.check("bucket", name_problem(&bucket.name, false));
        for (key, value) in [
            ("path", &bucket.path),
            ("kms", &bucket.kms_key),
            ("external", &bucket.aws_external_id),
            ("tenant", &bucket.azure_tenant),
            ("client", &bucket.azure_client),
        ] {
            if value.contains(char::is_whitespace) {
                self.fail(key, "no spaces");
            }
        }
        Some(bucket)
    }
}

/// Where the files go: the provider, and what it needs.
fn storage(buckets: &'static [&'static str]) -> Vec<FormField> {
    let own = ("", "W&B's own");
    let all = std::iter::once(own).chain(buckets.iter().map(|name| (*name, *name)));
    let asked = |key, label, hint| FormField::text(key, label, "", hint);
    vec![
        FormField::choice("storage", "Storage", all, "", "where its files go; it can't be changed afterwards"),
        asked("bucket", "Bucket", "needed: the bucket's or container's name").only("storage", buckets),
        asked("path", "Path", "optional: within the bucket").only("storage", buckets),
        asked("kms", "KMS key", "optional: the key that encrypts it").only("storage", buckets),
        asked("external", "External id", "optional: of the role that W&B takes on").only("storage", AWS),
        asked("tenant", "Tenant", "optional: id of the Azure tenant").only("storage", AZURE),
        asked("client", "Client", "optional: id of the Azure client").only("storage", AZURE),
    ]
}
