//! The one table of actions: keys, hints, palette, help, the page of keys and the config's names come from it.

/// The place where an action applies. Scopes are looked through from the innermost outwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everywhere, unless a scope further inside takes the key.
    Global,
    /// Lists, Activity, and boxes that are only read: actions that do not depend on a row.
    Work,
    /// Lists, Activity, and a plan that was sent.
    Sending,
    /// Lists and Activity, with no box over them.
    Tabs,
    /// The three lists, with no box over them.
    List,
    /// The list of users, with no box over it.
    UserList,
    /// The filter of a list, while it is typed.
    Filter,
    /// The row under the cursor of a list, or the record whose details are open.
    Record,
    /// The details of a record, with links to others.
    Details,
    /// A person's row in details, and in the holders of a role.
    Row,
    /// The Users pane and the details of a user.
    Users,
    /// The Teams pane and the details of a team.
    Teams,
    /// The Roles pane and the details of a role.
    Roles,
    /// The Activity pane.
    Activity,
    /// The role picker.
    Picker,
    /// Actions by name.
    Command,
    /// The columns of a list.
    Columns,
    /// The permission editor of a role; it is a check list too.
    Editor,
    /// A difference with ticks; it is a check list too.
    Difference,
    /// Names of a list that belong to nobody.
    Doubts,
    /// A check list of teams, members or permissions.
    Check,
    /// An account with its API keys.
    Account,
    /// The provider's audit log.
    Audit,
    /// The filter of the audit log, while it is typed.
    AuditFilter,
    /// The members and invitations of a team.
    Invitations,
    /// All attributes of a user or a team.
    Attributes,
    /// The box with a secret that is shown once; other keys do nothing there.
    Secret,
    /// The keys of the place where help was asked for.
    Help,
    /// Changes that wait to be sent together.
    Stage,
    /// A plan that was sent.
    Plan,
    /// The plan before it is sent.
    Preview,
    /// The question before the console ends.
    Quit,
    /// Forms.
    Form,
    /// The list of profiles.
    Profiles,
    /// The first screen without a profile.
    Welcome,
}

impl Scope {
    /// The scope's heading in help.
    pub fn label(self) -> &'static str {
        match self {
            Scope::Global => "Everywhere",
            Scope::Work => "Outside forms and plans",
            Scope::Sending => "Sending",
            Scope::Tabs => "Tabs",
            Scope::List => "Lists",
            Scope::UserList => "List of users",
            Scope::Filter => "Filter",
            Scope::Record => "A row, or its details",
            Scope::Details => "Details",
            Scope::Row => "A row of details",
            Scope::Users => "Users",
            Scope::Teams => "Teams",
            Scope::Roles => "Roles",
            Scope::Activity => "Activity",
            Scope::Picker => "Role picker",
            Scope::Command => "Commands",
            Scope::Columns => "Columns",
            Scope::Editor => "Permissions of a role",
            Scope::Difference => "Differences",
            Scope::Doubts => "Names of a list",
            Scope::Check => "Check lists",
            Scope::Account => "Account",
            Scope::Audit => "Audit log",
            Scope::AuditFilter => "Filter of the audit log",
            Scope::Invitations => "Invitations",
            Scope::Attributes => "Attributes",
            Scope::Secret => "A new secret",
            Scope::Help => "Help",
            Scope::Stage => "Stage",
            Scope::Plan => "A plan that was sent",
            Scope::Preview => "Plan",
            Scope::Quit => "Quit?",
            Scope::Form => "Forms",
            Scope::Profiles => "Profiles",
            Scope::Welcome => "First screen",
        }
    }
}

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident $name:literal $scope:ident $hint:literal $help:literal [$($key:literal),*];)*) => {
        /// An action that a person can do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action {
            $(#[doc = $help] $variant,)*
        }

        /// All actions in the order of help.
        pub const ACTIONS: &[ActionSpec] = &[
            $(ActionSpec { action: Action::$variant, name: $name, scope: Scope::$scope, hint: $hint, help: $help, keys: &[$($key),*] },)*
        ];
    };
}

/// A row of the table.
#[derive(Debug)]
pub struct ActionSpec {
    /// The action.
    pub action: Action,
    /// Its name in the config and the palette.
    pub name: &'static str,
    /// The scope in which it applies.
    pub scope: Scope,
    /// A word or two for the hint line; empty where the action has no hint.
    pub hint: &'static str,
    /// A sentence for help.
    pub help: &'static str,
    /// The keys, unless the config says otherwise.
    pub keys: &'static [&'static str],
}

actions! {
    Help "help" Global "help" "Show the keys for where you are" ["?"];
    Palette "palette" Global "command" "Find any action by name" [":", "ctrl-p"];
    Back "back" Global "" "Go one step back; clear the message, the filter or the marks" ["esc"];
    Quit "quit" Global "quit" "Quit; asks if anything is in flight or would be lost" ["q", "ctrl-c"];
    Refresh "refresh" Work "" "Read what changed, try the server again, retry what failed" ["shift-r"];
    RefreshAll "refresh-all" Work "" "Read every user again, also where the server tells which have changed" [];
    Undo "undo" Work "undo" "Take back the last plan, and then the one before" ["u"];
    StageMode "stage" Work "" "Collect every edit on the stage in place of sending it; or send them again" [];
    ShowStage "show-stage" Work "" "What waits on the stage, to be sent together" ["shift-t"];
    Pause "pause" Sending "" "Send nothing more, or go on; what is on its way arrives" ["shift-p"];
    Resume "resume" Sending "" "Go on sending after a pause" [];
    Cancel "cancel" Sending "" "Drop what was not sent yet of the selected plan, or of the newest" ["shift-x"];
    GoUsers "users" Tabs "" "Go to Users" ["1"];
    GoTeams "teams" Tabs "" "Go to Teams" ["2"];
    GoRoles "roles" Tabs "" "Go to Roles" ["3"];
    GoActivity "activity" Tabs "" "Go to Activity" ["4"];
    NextTab "next-tab" Tabs "" "Next tab" ["tab"];
    PreviousTab "previous-tab" Tabs "" "Previous tab" ["backtab"];
    Profile "profile" Work "" "Switch to another profile" [];
    Profiles "profiles" Work "" "All profiles: open, add, copy, edit, test or delete one" [];
    MyAccount "my-account" Work "" "Your own account (whoami): whose key is in use, with teams and API keys" ["w"];
    ServerFilter "server-filter" UserList "" "Read only the users that the server finds by a SCIM filter, or all again" [];
    Settings "settings" Work "" "How SCIM is set up at the provider, and what follows from it (provider-settings)" [];
    Redraw "redraw" Global "" "Draw the whole screen again" ["ctrl-l"];
    Suspend "suspend" Global "" "Suspend the console; the shell's `fg` brings it back" ["ctrl-z"];
    Down "down" Global "" "One row down" ["j", "down"];
    Up "up" Global "" "One row up" ["k", "up"];
    PageDown "page-down" Global "" "One page down" ["ctrl-d", "pagedown"];
    PageUp "page-up" Global "" "One page up" ["ctrl-u", "pageup"];
    Top "top" Global "" "To the first row" ["g", "home"];
    Bottom "bottom" Global "" "To the last row" ["shift-g", "end"];
    SetRole "role" Users "role" "Give a role or a seat: where and which in one pick, for the row or the marked rows" ["r"];
    Teams "user-teams" Users "teams" "Check list of the user's teams, or of those of the marked users" ["t"];
    View "view" UserList "" "Show people, service accounts, or all" ["v"];
    CreateService "create-service-account" UserList "" "Create a service account" [];
    Members "members" Teams "members" "Check list of the team's members, or of those of the marked teams" ["m"];
    RolePermissions "role-permissions" Roles "permissions" "Check list of the role's permissions" ["p"];
    Holders "holders" Roles "holders" "Who holds the role, and in which teams" ["h", "ctrl-o"];
    Compare "compare" Roles "" "Two roles side by side: the two marked, or this one and another" ["shift-c"];
    Invitations "invitations" Teams "invited" "Invitations to the team, and its members" ["i"];
    GroupRole "group-role" Teams "its role" "Choose the role that the team gives, where roles follow from teams" ["r"];
    MembersFromList "members-from-list" Teams "" "Add the people of a pasted list or a file to the team, or make it exactly that list" ["shift-m"];
    Filter "filter" List "filter" "Filter as you type: words, \"phrases\", /regex/, ~fuzzy and field:value" ["/"];
    Mark "mark" List "mark" "Mark the row" ["space"];
    Open "open" Record "details" "Details of the row" ["enter"];
    Create "create" List "create" "Create a user, service account, team or role" ["c"];
    Edit "edit" Record "edit" "Edit the fields of the row" ["e"];
    MakeLike "make-like" Record "" "Make this one like another: copy a user's roles, teams and seats, or a team's members" ["="];
    ToggleActive "toggle-active" Users "(de)activate" "Deactivate or reactivate" ["d"];
    Offboard "offboard" Users "" "End all access: invitations, API keys, seats and the account, of the row or the marked rows" ["shift-o"];
    Delete "delete" Record "" "Delete" ["shift-d"];
    Account "account" Users "" "The user's account: teams and API keys" ["a"];
    MarkAll "mark-all" List "" "Mark all that the filter shows, or none" ["*"];
    MarkRange "mark-range" List "" "Mark from the last marked row to this one" ["shift-v"];
    Sort "sort" List "sort" "Sort: asks by which column, and by which one after that" ["s"];
    SortReverse "sort-reverse" List "" "Turn the order round" ["shift-s"];
    Columns "columns" List "" "Choose the columns and their order" [];
    SidePane "side-pane" List "" "Show or hide the details beside the list" ["z"];
    Complete "complete" Filter "complete" "Complete the field or the value before the cursor, with how many have it" ["tab"];
    Recall "recall" Filter "earlier" "Earlier filters that found somebody" ["ctrl-r"];
    Follow "follow" Details "open" "Open the team, person or role under the cursor" ["enter"];
    RowRole "row-role" Row "role" "Give a role: to the member under the cursor in this team, to the person in the team under the cursor" ["r"];
    RemoveFromTeam "remove-from-team" Row "remove" "Remove the member under the cursor from this team, or the person from the team under the cursor" ["x"];
    PreviousRecord "previous-record" Details "" "The previous record of the list, or of the box beneath" ["h", "left"];
    NextRecord "next-record" Details "" "The next record of the list, or of the box beneath" ["l", "right"];
    Copy "copy" Record "" "Copy names, emails, ids or rows as CSV, Markdown or JSON through the terminal, of the row or the marked rows" ["y"];
    Raw "raw" Record "" "The resource as the server gave it" ["shift-j"];
    Attributes "attributes" Record "" "All attributes by their schemas, extensions too; what can be set is set there" ["shift-a"];
    Permissions "permissions" Users "" "What the user may do, team by team" ["p"];
    ReadInvitations "read-invitations" UserList "" "Read whom all teams have invited, one request for each team, and list them" ["i"];
    LoadRoles "load-roles" UserList "" "Read the roles of all users that the list left out" ["h"];
    ReadFailures "read-failures" Activity "" "What could not be read in this session" ["shift-f"];
    Story "story" Activity "story" "The whole story of a change, or the lines of a plan" ["enter"];
    UndoThis "undo-this" Activity "undo" "Take back the selected plan" ["u"];
    Retry "retry" Activity "retry" "Send what an earlier session left of a plan, or try again what failed of it" ["shift-r"];
    DropChange "drop" Activity "drop" "Drop what was not sent yet; put failures aside" ["x"];
    AuditLog "audit-log" Activity "audit log" "The provider's audit log: who changed access, also elsewhere" ["a"];
    Lines "lines" Plan "lines" "Show the lines in another state" ["tab"];
    Choose "choose" Picker "choose" "Choose the role" ["enter"];
    NextScope "next-scope" Picker "scope" "Organisation, own teams, other teams, registries, seats, all" ["tab"];
    CompleteCommand "complete-command" Command "complete" "Take over the name of the line under the cursor" ["tab"];
    ToggleColumn "toggle-column" Columns "show or hide" "Show or hide the column" ["space"];
    ColumnEarlier "column-earlier" Columns "earlier" "Move the column to the left" ["shift-k", "shift-up", "left"];
    ColumnLater "column-later" Columns "later" "Move the column to the right" ["shift-j", "shift-down", "right"];
    UsualColumns "usual-columns" Columns "the usual ones" "Show the usual columns again" ["u"];
    TakeColumns "take-columns" Columns "take" "Take these columns" ["enter"];
    NextBase "next-base" Editor "member or viewer" "Inherit from the other predefined role" ["tab"];
    Exactly "exactly" Difference "exactly like it" "Tick what has to go too, so that it becomes exactly the same; or only what is to come" ["tab"];
    TakeNear "take-near" Doubts "take who is near" "Take who is near; again: the next one" ["space"];
    SkipName "skip-name" Doubts "skip" "Skip the name" ["x", "delete"];
    SkipAll "skip-all" Doubts "skip the rest" "Skip all names that nothing was said of" ["shift-x"];
    GoOn "go-on" Doubts "go on" "Go on to the difference" ["enter"];
    Toggle "toggle" Check "toggle" "Check or uncheck" ["space"];
    TakeOut "take-out" Check "take out" "Take the row out, also while something is typed: then Space only puts in" ["ctrl-x"];
    ToggleAll "toggle-all" Check "all shown" "Check all that the filter shows" ["ctrl-t"];
    Look "look" Check "look at the plan" "Look at the plan; nothing is sent yet" ["enter"];
    NewKey "new-key" Account "new key" "Make an API key for yourself" ["c"];
    DeleteKey "delete-key" Account "delete key" "Delete the API key under the cursor" ["shift-d"];
    AuditSearch "filter-audit" Audit "filter" "Filter the entries by words and fields, such as by:eva or what:deleted" ["/"];
    AuditSort "sort-audit" Audit "sort" "Sort the entries: asks in which order" ["s"];
    CompleteAudit "complete-audit" AuditFilter "complete" "Complete the field or the value, with how many entries have it" ["tab"];
    KeepAuditFilter "keep-audit-filter" AuditFilter "keep" "Leave the filter, and keep what it found" ["enter"];
    AuditEarlier "audit-earlier" Audit "earlier" "Read the rest of these days, or the days before" ["e"];
    Invite "invite" Invitations "invite" "Invite somebody by email or user name" ["c"];
    Uninvite "uninvite" Invitations "remove" "Take the invitation back, or the member out of the team" ["x", "shift-d"];
    SetAttribute "set-attribute" Attributes "change" "Change the attribute under the cursor" ["enter", "e"];
    FindAction "find-action" Help "search and run" "Search the help by typing; Enter runs an action where it can be done now, and takes over a term" ["/"];
    CopySecret "copy-secret" Secret "copy" "Copy the secret through the terminal" ["y"];
    CloseSecret "close-secret" Secret "close" "Close it; asks first where it was not copied" ["esc", "q", "ctrl-c"];
    Send "send" Preview "send" "Send the plan, once it was on screen for a moment" ["y"];
    OpenLine "open-line" Preview "line" "The exact requests of the line; leaves the field, where a text is typed" ["enter"];
    DropLine "drop-line" Preview "drop line" "Take the selected line out of the plan" ["x", "delete"];
    SearchLines "search-lines" Preview "" "Show the lines that contain what is typed; the whole plan is sent all the same" ["/", "ctrl-f"];
    PlanFacts "facts" Preview "" "All facts about the plan in full, to be scrolled; or its lines again" ["tab"];
    Requests "requests" Preview "requests" "Show the exact requests" ["!", "ctrl-r"];
    Reason "reason" Preview "reason" "Give the plan a reason or a ticket, kept in the journal" ["r", "ctrl-t"];
    ToStage "to-stage" Preview "stage" "Put the plan on the stage in place of sending it" ["s", "ctrl-s"];
    CopyCommand "copy-command" Preview "copy command" "Copy the command line that does the same" ["shift-y", "ctrl-y"];
    SendStage "send-stage" Stage "look at the plan" "Look at the plan of all that waits; nothing is sent yet" ["enter"];
    NextGrouping "next-grouping" Stage "group" "Group by person, by team, by kind" ["tab"];
    DropStaged "drop-staged" Stage "drop" "Drop the line, or all lines of the heading" ["x", "delete"];
    ClearStage "clear-stage" Stage "drop all" "Drop everything; asks first" ["shift-x"];
    ReallyQuit "quit-now" Quit "quit" "Quit although something is not confirmed or would be lost" ["y"];
    NextField "next-field" Form "next field" "Next field" ["tab", "down"];
    PreviousField "previous-field" Form "" "Previous field" ["backtab", "up"];
    Submit "submit" Form "done" "Done: look at the plan; a small change of what is there, which can be undone, is sent at once" ["enter"];
    OpenProfile "open-profile" Profiles "open" "Open the profile" ["enter"];
    AddProfile "add-profile" Profiles "add" "Add a profile" ["n"];
    CopyProfile "copy-profile" Profiles "copy" "Add a profile that begins as a copy of this one" ["c"];
    ChangeProfile "change-profile" Profiles "edit" "Edit the profile" ["e"];
    TestProfile "test-profile" Profiles "test" "Ask the profile's server whether it takes the key" ["t"];
    DeleteProfile "delete-profile" Profiles "delete" "Delete the profile from the config file; asks first" ["shift-d"];
    OpenDemo "demo" Welcome "demo directory" "Open the embedded demo directory" ["d"];
    NewProfile "new-profile" Welcome "new profile" "Set up a profile" ["n"];
    EditProfile "edit-profile" Welcome "edit profile" "Edit the profile that can't be opened" ["e"];
}

impl Action {
    /// The action's row of the table.
    pub fn spec(self) -> &'static ActionSpec {
        // The table has one row for each variant, in the order of the variants: both come from one macro.
        &ACTIONS[self as usize]
    }
}

/// All actions with their keys and the names that the config has for them, as a Markdown table.
pub fn table() -> String {
    let mut out = String::from("| where | key | name | does |\n|---|---|---|---|\n");
    for spec in ACTIONS {
        let keys: Vec<String> = spec.keys.iter().map(|key| format!("`{key}`")).collect();
        let (place, keys) = (spec.scope.label(), keys.join(" "));
        out.push_str(&format!("| {place} | {keys} | `{}` | {} |\n", spec.name, spec.help));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_its_own_row_and_name() {
        let mut names: Vec<&str> = ACTIONS.iter().map(|spec| spec.name).collect();
        for spec in ACTIONS {
            assert_eq!(spec.action.spec().name, spec.name);
        }
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
