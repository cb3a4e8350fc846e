//! Completions of shells, with the names of the profiles, which only the config knows: the script asks for them.

use clap::CommandFactory;
use clap_complete::Shell;

use super::Cli;

/// Prints the names; a config that can't be read has none.
const NAMES: &str = "scimitar profile-names 2>/dev/null";

/// The script of a shell. Profiles are completed in bash, zsh and fish.
pub fn completions(shell: Shell) -> Vec<u8> {
    // By way of memory: it panics where a write fails.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "scimitar", &mut script);
    match shell {
        Shell::Bash => with_profiles_in_bash(&script),
        Shell::Zsh => with_profiles_in_zsh(&script),
        Shell::Fish => with_profiles_in_fish(script),
        _ => script,
    }
}

/// The cases of `--profile` and `-p` offer files: the line behind them is another one.
fn with_profiles_in_bash(script: &[u8]) -> Vec<u8> {
    let (mut out, mut of_profile) = (String::with_capacity(script.len()), false);
    for line in String::from_utf8_lossy(script).lines() {
        let case = line.trim();
        if of_profile && case.starts_with("COMPREPLY=($(compgen -f") {
            let indent = line.len() - line.trim_start().len();
            out.extend(std::iter::repeat_n(' ', indent));
            out.push_str(&format!("COMPREPLY=($(compgen -W \"$({NAMES})\" -- \"${{cur}}\"))\n"));
        } else {
            out.push_str(line);
            out.push('\n');
        }
        of_profile = matches!(case, "--profile)" | "-p)");
    }
    out.into_bytes()
}

fn with_profiles_in_zsh(script: &[u8]) -> Vec<u8> {
    let script = String::from_utf8_lossy(script);
    let mut out = String::with_capacity(script.len());
    for line in script.lines() {
        let is_profile = line.contains("'-p+[") || line.contains("'--profile=[");
        let line =
            if is_profile { line.replace(":NAME:_default", ":NAME:_scimitar_profiles") } else { line.to_owned() };
        out.push_str(&line);
        out.push('\n');
        if line.starts_with("#compdef") {
            let names = format!("local -a names; names=(${{(f)\"$({NAMES})\"}}); compadd -a names");
            out.push_str(&format!("\n_scimitar_profiles() {{ {names} }}\n"));
        }
    }
    out.into_bytes()
}

fn with_profiles_in_fish(mut script: Vec<u8>) -> Vec<u8> {
    script.extend(format!("complete -c scimitar -s p -l profile -x -a '({NAMES})'\n").into_bytes());
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each place in which a script offers something for `--profile` asks for the names.
    #[test]
    fn profiles_are_completed() {
        let script = |shell| String::from_utf8(completions(shell)).unwrap();
        let bash = script(Shell::Bash);
        let cases = bash.lines().filter(|line| matches!(line.trim(), "--profile)" | "-p)")).count();
        assert!(cases > 2 && bash.matches("profile-names").count() >= cases, "{cases}");
        let zsh = script(Shell::Zsh);
        assert!(zsh.starts_with("#compdef") && zsh.matches(":NAME:_scimitar_profiles").count() > 2, "{zsh}");
        assert!(!zsh.lines().any(|line| line.contains("'--profile=[") && line.contains("_default")));
        assert!(script(Shell::Fish).contains("-l profile -x -a '(scimitar profile-names"));
    }
}
