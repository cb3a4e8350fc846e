//! Files and directories that others than their owner can write to: whoever can put a line into the config chooses the
//! key command that is run.

use std::path::{Path, PathBuf};

use directories::BaseDirs;

use super::error::ConfigError;

/// Refuses a config file that others can replace or write to: the file, its directory, and the directories from there to
/// the home directory, each where it is named and where links lead.
pub(super) fn refuse_loose(file: &Path) -> Result<(), ConfigError> {
    let real = file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
    // A pipe that the shell made has no place of its own.
    if real.exists() && !real.is_file() {
        return Ok(());
    }
    let home = BaseDirs::new().map(|dirs| dirs.home_dir().to_path_buf());
    let named = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let named = named.canonicalize().unwrap_or_else(|_| named.to_path_buf());
    let mut looked = vec![real.clone()];
    looked.extend(real.parent().map(|parent| within(parent, home.as_deref())).unwrap_or_default());
    looked.extend(within(&named, home.as_deref()));
    match looked.into_iter().find(|path| is_open_to_others(path)) {
        Some(path) => {
            let shown = path.display();
            let why = format!("others can write to {shown}, and so choose which commands are run");
            Err(ConfigError::about(file, why, format!("chmod go-w {shown}")))
        }
        None => Ok(()),
    }
}

/// The directory, and those above it that lie in the home directory, which is the last.
fn within(directory: &Path, home: Option<&Path>) -> Vec<PathBuf> {
    let mut all = vec![directory.to_path_buf()];
    if let Some(home) = home.and_then(|home| home.canonicalize().ok()).filter(|home| directory.starts_with(home)) {
        all.extend(directory.ancestors().skip(1).take_while(|above| above.starts_with(&home)).map(Path::to_path_buf));
    }
    all
}

/// True where somebody else than its owner and root can write to it. The owner's private group may, which some systems
/// give everybody. False where it can't be told.
#[cfg(unix)]
pub fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let Ok(found) = path.metadata() else { return false };
    let (mode, me) = (found.mode(), rustix::process::geteuid().as_raw());
    // Root reads what it is given, as in a container whose files belong to a user outside.
    let foreign = me != 0 && found.uid() != me && found.uid() != 0;
    let sticky = found.is_dir() && mode & STICKY != 0;
    let by_all = mode & 0o002 != 0 && !sticky;
    let by_group = mode & 0o020 != 0 && !sticky && !is_private_group(found.gid(), found.uid());
    foreign || by_all || by_group
}

/// Elsewhere modes tell nothing.
#[cfg(not(unix))]
pub fn is_open_to_others(_: &Path) -> bool {
    false
}

/// In such a directory everybody removes and renames their own files only.
#[cfg(unix)]
const STICKY: u32 = 0o1000;

/// True for a group in which nobody else is: of the same name as the user, without other members, and the first group of
/// nobody else. A group that the system's files do not tell is taken for a shared one; root's own is root's.
#[cfg(unix)]
fn is_private_group(group: u32, owner: u32) -> bool {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    group == 0 || is_private(group, owner, &read("/etc/passwd"), &read("/etc/group"))
}

#[cfg(unix)]
fn is_private(group: u32, owner: u32, users: &str, groups: &str) -> bool {
    let fields = |line: &str| line.split(':').map(str::to_owned).collect::<Vec<String>>();
    let number = |fields: &[String], at: usize| fields.get(at).and_then(|text| text.parse::<u32>().ok());
    let mut firsts = users.lines().map(fields).filter(|user| number(user, 3) == Some(group));
    let Some(user) = firsts.next().filter(|user| number(user, 2) == Some(owner)) else { return false };
    let named = groups.lines().map(fields).find(|line| number(line, 2) == Some(group));
    let name = user.first().map(String::as_str).unwrap_or_default();
    let alone = |line: &[String]| {
        let [group, _, _, members, ..] = line else { return false };
        group == name && members.split(',').all(|member| member.is_empty() || member == name)
    };
    firsts.next().is_none() && named.is_some_and(|line| alone(&line))
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    const USERS: &str = "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n\
        bob:x:1001:100::/home/bob:/bin/sh\neve:x:1002:1003::/:/bin/sh\nzoe:x:1003:1003::/:/bin/sh\n";
    const GROUPS: &str = "root:x:0:\nusers:x:100:\nann:x:1000:\nbob:x:1001:bob,eve\neve:x:1003:\n";

    #[test]
    fn a_private_group_is_its_owners_alone() {
        assert!(is_private(1000, 1000, USERS, GROUPS));
        assert!(is_private(1000, 1000, USERS, "ann:x:1000:ann\n"));
        for (group, owner) in [(100, 1001), (1001, 1001), (1003, 1002), (1000, 1001), (4242, 1000)] {
            assert!(!is_private(group, owner, USERS, GROUPS), "{group} {owner}");
        }
        assert!(!is_private(1000, 1000, USERS, ""));
        assert!(!is_private(1000, 1000, USERS, "ann:x:1000:bob\n"));
    }

    #[test]
    fn the_file_its_directory_and_a_link_to_it_are_looked_at() {
        let room = tempfile::tempdir().unwrap();
        let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        let (real, linked) = (room.path().join("real"), room.path().join("linked"));
        [&real, &linked].into_iter().for_each(|directory| fs::create_dir(directory).unwrap());
        let (file, link) = (real.join("config.toml"), linked.join("config.toml"));
        fs::write(&file, "").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        [(&file, 0o600), (&real, 0o700), (&linked, 0o755)].into_iter().for_each(|(path, mode)| set(path, mode));
        assert_eq!((refuse_loose(&file), refuse_loose(&link)), (Ok(()), Ok(())));
        for (path, mode) in [(&file, 0o606), (&real, 0o777), (&linked, 0o703)] {
            let before = path.metadata().unwrap().permissions();
            set(path, mode);
            let said = refuse_loose(&link).unwrap_err().to_string();
            assert!(said.contains(&format!("chmod go-w {}", path.canonicalize().unwrap().display())), "{said}");
            fs::set_permissions(path, before).unwrap();
        }
        set(&real, 0o1777);
        assert_eq!(refuse_loose(&file), Ok(()), "each renames their own files only");
    }
}
