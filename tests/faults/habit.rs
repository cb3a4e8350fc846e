//! Habits of servers in the field, as a proxy before the demo server: it alters what is asked or answered and passes every
//! fault on as it comes.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// How long a record is shown as it was before a write.
const LAG: Duration = Duration::from_millis(250);

/// A way in which a server deviates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// None: the demo server itself.
    Plain,
    /// PATCH `add` of members puts the given members in the place of all.
    AddReplaces,
    /// Lists and answers to writes show no members; a GET of the group does.
    HidesMembers,
    /// A GET of a record shows it as it was until a moment after a write that was answered.
    Lags,
}

impl Habit {
    pub const ALL: [Self; 4] = [Self::Plain, Self::AddReplaces, Self::HidesMembers, Self::Lags];

    /// The body of a request as the server takes it.
    pub fn taken(self, method: &str, path: &str, mut body: Value) -> Value {
        if self == Self::AddReplaces && method == "PATCH" && path.contains("/Groups/") {
            for operation in body["Operations"].as_array_mut().into_iter().flatten() {
                if operation["path"] == "members" && operation["op"].as_str().is_some_and(|op| op == "add") {
                    operation["op"] = "replace".into();
                }
            }
        }
        body
    }

    fn shown(self, request: &Message, mut body: Value) -> Value {
        let alone = request.method() == "GET" && request.path().contains("/Groups/");
        if self == Self::HidesMembers && !alone {
            let records = body["Resources"].is_array();
            let hide = |record: &mut Value| {
                let group = record["meta"]["resourceType"] == "Group";
                record.as_object_mut().filter(|_| group).map(|group| group.remove("members"))
            };
            if records {
                body["Resources"].as_array_mut().into_iter().flatten().for_each(|record| drop(hide(record)));
            } else {
                hide(&mut body);
            }
        }
        body
    }
}

/// A request or a response with a body that is whole, or as far as it came.
#[derive(Clone)]
struct Message {
    first: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    whole: bool,
}

impl Message {
    /// `None` where nothing came.
    fn read(stream: &TcpStream, to_the_end: bool) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut line = || {
            let mut line = String::new();
            reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
            Some(line.trim_end().to_owned())
        };
        let first = line()?;
        let mut headers = Vec::new();
        while let Some((name, value)) = line()?.split_once(": ") {
            headers.push((name.to_lowercase(), value.to_owned()));
        }
        let mut message = Self { first, headers, body: Vec::new(), whole: true };
        let length = message.header("content-length").and_then(|length| length.parse().ok());
        if message.header("transfer-encoding").is_some() {
            message.whole = chunks(&mut reader, &mut message.body).is_some();
        } else if to_the_end && length.is_none() {
            message.whole = reader.read_to_end(&mut message.body).is_ok();
        } else {
            let mut rest = reader.take(length.unwrap_or(0));
            message.whole = rest.read_to_end(&mut message.body).is_ok() && rest.limit() == 0;
        }
        Some(message)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn method(&self) -> &str {
        self.first.split(' ').next().unwrap_or_default()
    }

    fn path(&self) -> &str {
        self.first.split(' ').nth(1).unwrap_or_default()
    }

    fn is_good(&self) -> bool {
        self.whole && self.first.split(' ').nth(1).is_some_and(|status| status.starts_with('2'))
    }

    /// Alters the body, if it is whole and JSON.
    fn alter(&mut self, act: impl FnOnce(Value) -> Value) {
        if self.whole
            && let Ok(body) = serde_json::from_slice(&self.body)
        {
            self.body = act(body).to_string().into_bytes();
        }
    }

    /// Writes all of it; of a body that was cut, less than it announces.
    fn write(&self, mut stream: &TcpStream) {
        let left_out = ["connection", "content-length", "transfer-encoding", "accept-encoding"];
        let mut text = format!("{}\r\nconnection: close\r\n", self.first);
        for (name, value) in self.headers.iter().filter(|(name, _)| !left_out.contains(&name.as_str())) {
            text += &format!("{name}: {value}\r\n");
        }
        text += &format!("content-length: {}\r\n\r\n", self.body.len() + usize::from(!self.whole));
        let mut bytes = text.into_bytes();
        bytes.extend(&self.body);
        // Whoever is gone gets nothing.
        let _ = stream.write_all(&bytes);
    }
}

/// Reads a chunked body (RFC 9112, section 7.1); `None` where it ends before its end.
fn chunks(reader: &mut impl BufRead, body: &mut Vec<u8>) -> Option<()> {
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let size = u64::from_str_radix(line.trim(), 16).ok()?;
        let got = reader.take(size).read_to_end(body).ok()?;
        reader.read_line(&mut String::new()).ok()?;
        match (size, got as u64 == size) {
            (0, _) => return Some(()),
            (_, true) => {}
            (_, false) => return None,
        }
    }
}

/// The records that a GET showed last, and until when each is shown again.
#[derive(Default)]
struct Past {
    shown: HashMap<String, Message>,
    until: HashMap<String, Instant>,
}

impl Past {
    fn before(&mut self, path: &str) -> Option<Message> {
        let until = self.until.get(path)?;
        self.shown.get(path).filter(|_| Instant::now() < *until).cloned()
    }

    fn note(&mut self, request: &Message, answer: &Message) {
        let path = request.path().to_owned();
        match request.method() {
            "GET" if answer.is_good() => drop(self.shown.insert(path, answer.clone())),
            "PATCH" | "PUT" if answer.is_good() => drop(self.until.insert(path, Instant::now() + LAG)),
            _ => {}
        }
    }
}

/// A proxy that gives a server its habit; it runs until the process ends.
pub struct Proxy {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    habit: Habit,
    server: SocketAddr,
    on: AtomicBool,
    past: Mutex<Past>,
}

impl Proxy {
    /// Before this server, without the habit at first.
    pub fn start(habit: Habit, server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { habit, server, on: AtomicBool::default(), past: Mutex::default() });
        let of_clients = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = Arc::clone(&of_clients);
                thread::spawn(move || shared.pass(&client));
            }
        });
        Self { address, shared }
    }

    /// From now on with the habit.
    pub fn begin(&self) {
        self.shared.on.store(true, Ordering::SeqCst);
    }
}

impl Shared {
    /// Passes one request and its answer; a connection that the server cuts is cut.
    fn pass(&self, client: &TcpStream) -> Option<()> {
        let habit = if self.on.load(Ordering::SeqCst) { self.habit } else { Habit::Plain };
        let mut request = Message::read(client, false).filter(|request| request.whole)?;
        let (method, path) = (request.method().to_owned(), request.path().to_owned());
        if habit == Habit::Lags
            && method == "GET"
            && let Some(answer) = self.past.lock().unwrap().before(&path)
        {
            answer.write(client);
            return Some(());
        }
        request.alter(|body| habit.taken(&method, &path, body));
        let upstream = TcpStream::connect(self.server).ok()?;
        request.write(&upstream);
        let mut answer = Message::read(&upstream, true)?;
        answer.alter(|body| habit.shown(&request, body));
        self.past.lock().unwrap().note(&request, &answer);
        answer.write(client);
        Some(())
    }
}
