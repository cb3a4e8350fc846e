//! Locations of files on this machine: configuration, state, cache, logs, `netrc`.

use std::path::{Path, PathBuf};
use std::{fs, io};

use directories::{BaseDirs, ProjectDirs};

use super::error::ConfigError;
use super::loose::is_open_to_others;
use super::wandb::WANDB_CONFIG_DIR;
use crate::named_file;

/// Names another configuration file (for tests, and for people with several).
pub const CONFIG_VARIABLE: &str = "SCIMITAR_CONFIG";
/// Names another directory for state, cache and logs.
pub const STATE_VARIABLE: &str = "SCIMITAR_STATE";

/// The paths in use; no file or directory is created until requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandardPaths {
    /// `config.toml`; need not exist.
    pub config_file: PathBuf,
    /// Snapshots and journals.
    pub state: PathBuf,
    /// Data that can be deleted at any time.
    pub cache: PathBuf,
    /// Log files.
    pub log: PathBuf,
    /// `~/.netrc` or the file named by `NETRC`; need not exist. `None` without a home directory.
    pub netrc: Option<PathBuf>,
    /// `~/.config/wandb/settings`, or the file of that name in the directory named by `WANDB_CONFIG_DIR`; need not
    /// exist.
    pub wandb_settings: Option<PathBuf>,
}

impl StandardPaths {
    /// The platform's places, unless `SCIMITAR_CONFIG` or `SCIMITAR_STATE` override them.
    pub fn find(env: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let set = |name: &str| env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let project = ProjectDirs::from("", "", "scimitar");
        let homeless = |variable: &str| {
            ConfigError::new("this account has no home directory", format!("name a place with {variable}"))
        };
        let config_file = set(CONFIG_VARIABLE)
            .or_else(|| project.as_ref().map(|dirs| dirs.config_dir().join("config.toml")))
            .ok_or_else(|| homeless(CONFIG_VARIABLE))?;
        let (state, cache) = match (set(STATE_VARIABLE), &project) {
            (Some(state), _) => (state.clone(), state.join("cache")),
            (None, Some(dirs)) => {
                (dirs.state_dir().unwrap_or(dirs.data_local_dir()).to_path_buf(), dirs.cache_dir().to_path_buf())
            }
            (None, None) => return Err(homeless(STATE_VARIABLE)),
        };
        let netrc = set("NETRC").or_else(netrc_at_home);
        let wandb =
            set(WANDB_CONFIG_DIR).or_else(|| BaseDirs::new().map(|dirs| dirs.home_dir().join(".config").join("wandb")));
        let wandb_settings = wandb.map(|directory| directory.join("settings"));
        Ok(Self { config_file, log: state.join("log"), state, cache, netrc, wandb_settings })
    }

    /// The log directory, created if necessary with access only for its owner.
    pub fn make_log(&self) -> Result<&Path, ConfigError> {
        make_private(&self.log)?;
        Ok(&self.log)
    }
}

/// `~/.netrc`; on Windows `_netrc`, which W&B's own tools write there.
fn netrc_at_home() -> Option<PathBuf> {
    let name = if cfg!(windows) { "_netrc" } else { ".netrc" };
    BaseDirs::new().map(|dirs| dirs.home_dir().join(name))
}

/// Creates a directory and its missing parents, with mode 0700 where modes exist. Existing directories stay unchanged;
/// a directory that others can write to is refused.
pub(super) fn make_private(directory: &Path) -> Result<(), ConfigError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory).map_err(|error| {
        let why = format!("this directory can't be made: {error}");
        ConfigError::about(directory, why, format!("make it yourself, or name another with {STATE_VARIABLE}"))
    })?;
    if is_open_to_others(directory) {
        let hint = format!("chmod go-w {}", directory.display());
        return Err(ConfigError::about(directory, "others can write to this directory", hint));
    }
    Ok(())
}

/// The text of a file that need not exist. Pipes are skipped, because a pipe without a writer would block.
pub(super) fn regular_text(path: &Path) -> Option<String> {
    named_file::open_regular(path).and_then(io::read_to_string).ok()
}

/// A path as written in the configuration: `~/` is the home directory, relative paths start beside the file.
pub(super) fn beside(file: &Path, written: &str) -> PathBuf {
    if let Some(rest) = written.strip_prefix("~/")
        && let Some(dirs) = BaseDirs::new()
    {
        return dirs.home_dir().join(rest);
    }
    file.parent().unwrap_or(Path::new("")).join(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_come_before_the_platforms_places() {
        let places = StandardPaths::find(&|name| match name {
            CONFIG_VARIABLE => Some("/c/my.toml".into()),
            STATE_VARIABLE => Some("/s".into()),
            "NETRC" => Some("/n".into()),
            WANDB_CONFIG_DIR => Some("/w".into()),
            _ => None,
        })
        .unwrap();
        assert_eq!(places.config_file, Path::new("/c/my.toml"));
        assert_eq!((places.log, places.cache), (PathBuf::from("/s/log"), PathBuf::from("/s/cache")));
        assert_eq!(places.netrc.as_deref(), Some(Path::new("/n")));
        assert_eq!(places.wandb_settings.as_deref(), Some(Path::new("/w/settings")));
    }

    #[cfg(unix)]
    #[test]
    fn logs_are_for_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let room = tempfile::tempdir().unwrap();
        let state = room.path().join("deep/state").to_string_lossy().into_owned();
        let places = StandardPaths::find(&|name| (name == STATE_VARIABLE).then(|| state.clone())).unwrap();
        let made = places.make_log().unwrap();
        assert_eq!(fs::metadata(made).unwrap().permissions().mode() & 0o777, 0o700);
        fs::set_permissions(made, fs::Permissions::from_mode(0o777)).unwrap();
        let said = places.make_log().unwrap_err().to_string();
        assert!(said.contains("others can write") && said.contains("chmod go-w"), "{said}");
    }

    #[test]
    fn relative_paths_lie_beside_the_file() {
        let file = Path::new("/etc/scimitar/config.toml");
        assert_eq!(beside(file, "ca.pem"), Path::new("/etc/scimitar/ca.pem"));
        assert_eq!(beside(file, "/ca.pem"), Path::new("/ca.pem"));
    }
}
