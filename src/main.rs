//! The `scimitar` program: arguments in, exit code out.

use std::{ffi::OsString, io, process::ExitCode};

use clap::Parser;
use color_eyre::{
    config::Theme,
    eyre::{Result, WrapErr},
};
use scimitar::{
    cli::{Cli, Command, DEMO_SEED, DemoArgs, DoctorArgs, DoctorSubject, OutputArgs, completions, man_page, man_pages},
    command::{self, UnwritableFile, doctor},
    config::{ConfigError, ConfigFile, StandardPaths},
    console::{self, ConsoleStart},
    demo,
    output::{self, LogLines},
    runtime::{LoopTrace, Opener},
    terminal::{SignalRequest, Signals, take_file_limit_for_full_disk},
};
use tracing_appender::rolling::{RollingFileAppender, Rotation};

/// Many small objects in little room, and room given back when told so.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    // All files that the program writes, logs included, are for their owner only.
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    #[cfg(unix)]
    keep_memory_private();
    #[cfg(unix)]
    give_back();
    let cli = match Cli::try_parse().and_then(Cli::checked) {
        Ok(cli) => cli,
        Err(error) => {
            let given: Vec<OsString> = std::env::args_os().collect();
            return command::refused(error, OutputArgs::of_arguments(given.iter().map(OsString::as_os_str)));
        }
    };
    let output = cli.output();
    let result = report_panics().and_then(|()| run(cli));
    match result {
        Ok(code) => code,
        // A closed pipe means that the reader of the output has enough.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => command::failed(&error, output),
    }
}

/// Reports a panic once the terminal is given back, without control signs in its lines: its words may quote a record.
fn report_panics() -> Result<()> {
    let plain = color_eyre::config::HookBuilder::default().display_env_section(false).theme(Theme::new());
    let (panics, errors) = plain.into_hooks();
    std::panic::set_hook(Box::new(move |info| panics.panic_report(info).to_string().lines().for_each(output::note)));
    console::restore_on_panic();
    Ok(errors.install()?)
}

/// The key is in memory: no core dump holds it, and on Linux no other process of the same user looks into this one.
/// Where the system refuses that, the program works all the same.
#[cfg(unix)]
fn keep_memory_private() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    let maximum = getrlimit(Resource::Core).maximum;
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum });
}

/// Returns freed memory to the system at once: a refresh is followed by hours in which nothing is allocated, and so
/// nothing would return it later.
#[cfg(unix)]
fn give_back() {
    use tikv_jemalloc_ctl::{Access, AsName};
    for name in [&b"arenas.dirty_decay_ms\0"[..], b"arena.0.dirty_decay_ms\0"] {
        // Without the setting more memory is held, and nothing else changes.
        let _ = name.name().write(0_isize);
    }
}

fn is_closed_pipe(error: &color_eyre::Report) -> bool {
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    kinds.into_iter().any(|kind| kind == io::ErrorKind::BrokenPipe)
}

fn run(cli: Cli) -> Result<ExitCode> {
    let mut out = output::out();
    match &cli.command {
        Some(Command::Man(args)) => {
            match &args.dir {
                Some(dir) => {
                    for (name, page) in man_pages() {
                        let path = dir.join(name);
                        std::fs::write(&path, page).wrap_err_with(|| format!("{} can't be written", path.display()))?;
                    }
                }
                None => out.document(&man_page(&args.name)?)?,
            }
            return Ok(ExitCode::SUCCESS);
        }
        Some(Command::Completions { shell }) => {
            out.document(&completions(*shell))?;
            return Ok(ExitCode::SUCCESS);
        }
        Some(Command::ProfileNames) => {
            let opener = opener(&cli, demo::DemoOptions::default())?;
            for name in opener.config.iter().flat_map(|config| config.profiles.keys()) {
                writeln!(out, "{name}")?;
            }
            return Ok(ExitCode::SUCCESS);
        }
        Some(Command::Keys) => {
            out.document(scimitar::app::action::table().as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        }
        _ => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build()?;
    {
        let _entered = runtime.enter();
        take_file_limit_for_full_disk()?;
    }
    let _log = log(&cli)?;
    let result = runtime.block_on(async {
        match &cli.command {
            Some(Command::Doctor(args)) => examine(&cli, args).await,
            Some(Command::Demo(args)) if args.listen.is_some() => serve(args).await.map(|()| ExitCode::SUCCESS),
            Some(Command::Demo(args)) => {
                Box::pin(console::run(opener(&cli, options(args)?)?, ConsoleStart::Demo, trace(&cli)?))
                    .await
                    .map(|()| ExitCode::SUCCESS)
            }
            Some(other) => {
                let opener = opener(&cli, demo::DemoOptions::default())?;
                Ok(Box::pin(command::run(opener, &cli, other)).await)
            }
            None => {
                let start = ConsoleStart::Profile(cli.profile.clone());
                let demo = demo::DemoOptions { seed: DEMO_SEED, ..demo::DemoOptions::default() };
                Box::pin(console::run(opener(&cli, demo)?, start, trace(&cli)?)).await.map(|()| ExitCode::SUCCESS)
            }
        }
    });
    runtime.shutdown_timeout(console::LAST_WAIT);
    result
}

/// Looks at a server.
async fn examine(cli: &Cli, args: &DoctorArgs) -> Result<ExitCode> {
    let wish = doctor::DoctorOptions { json: args.json, write: args.write, yes: args.yes };
    match &args.subject {
        Some(DoctorSubject::Demo(demo)) => {
            let opener = opener(cli, options(demo)?)?;
            Ok(doctor::run(&opener, doctor::ExaminationSubject::Demo, wish).await)
        }
        None => {
            let opener = opener(cli, demo::DemoOptions::default())?;
            Ok(doctor::run(&opener, doctor::ExaminationSubject::Profile(cli.profile.as_deref()), wish).await)
        }
    }
}

/// Serves the demo directory until it is stopped.
async fn serve(args: &DemoArgs) -> Result<()> {
    let mut signals = Signals::listen()?;
    let options = options(args)?;
    let address = options.listen;
    let running = demo::start(options)
        .await
        .wrap_err_with(|| format!("{address} can't be served; try port 0 for any free one"))?;
    let mut out = output::out();
    writeln!(out, "url: {}", running.url())?;
    writeln!(out, "key: {}", running.key())?;
    out.flush()?;
    while signals.next().await != SignalRequest::End {}
    running.stop().await;
    Ok(())
}

/// The trace of the loop's times, where one is asked for.
fn trace(cli: &Cli) -> Result<Option<LoopTrace>> {
    let Some(path) = &cli.trace else { return Ok(None) };
    let unwritable = |error: io::Error| UnwritableFile {
        option: "--trace",
        why: format!("{} can't be written: {error}", path.display()),
    };
    Ok(Some(LoopTrace::to(path).map_err(unwritable)?))
}

/// The log goes to a file, never to the terminal; it ends with the guard.
fn log(cli: &Cli) -> Result<Option<tracing_appender::non_blocking::WorkerGuard>> {
    let Some(level) = cli.log else { return Ok(None) };
    let places = StandardPaths::find(&env)?;
    let unwritable = |why: String| UnwritableFile { option: "--log", why };
    let directory = places.make_log().map_err(|error| unwritable(error.to_string()))?;
    let file = RollingFileAppender::builder().rotation(Rotation::DAILY).filename_prefix("scimitar.log");
    let file = file.build(directory).map_err(|error| {
        let cause = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
        unwritable(format!("{} can't be written to: {cause}", directory.display()))
    })?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    let lines = move || LogLines(writer.clone());
    tracing_subscriber::fmt().with_max_level(level).with_ansi(false).with_writer(lines).init();
    Ok(Some(guard))
}

fn options(args: &DemoArgs) -> Result<demo::DemoOptions> {
    Ok(args.options(env)?)
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn opener(cli: &Cli, demo: demo::DemoOptions) -> Result<Opener> {
    let mut places = StandardPaths::find(&env)?;
    if let Some(file) = &cli.config {
        places.config_file.clone_from(file);
    }
    let config = ConfigFile::load(&places.config_file)?;
    if config.is_none() && cli.config.is_some() && !matches!(cli.command, Some(Command::Demo(_))) {
        return Err(ConfigError::missing(&places.config_file).into());
    }
    Ok(Opener { places, config, read_only: cli.read_only, no_journal: cli.no_journal(), demo, env })
}
