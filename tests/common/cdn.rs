//! A scripted CDN on loopback that answers as told, misbehaves as told, and keeps what it was asked.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned, pki_types::PrivateKeyDer, server::WebPkiClientVerifier,
};
use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard},
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    /// The request target as sent: path and query.
    pub path: String,
    /// Names in lower case, in the order sent.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub at: Instant,
    /// Which connection brought it, counted from 1.
    pub connection: usize,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// How an answer leaves.
#[derive(Debug, Clone, Copy)]
enum Manner {
    Whole,
    /// After so long.
    Late(Duration),
    /// Nothing at all until the CDN is dropped.
    Silent,
    /// Headers and so many bytes of the body, then nothing.
    Stalled(usize),
    /// The body byte by byte, this far apart.
    Drip(Duration),
    /// A TCP reset instead of an answer.
    Reset,
    /// The connection closed without a byte.
    Closed,
    /// Headers that promise more bytes than follow.
    Cut(usize),
    /// So many bytes of body, made on the fly.
    Huge(u64),
}

/// What to answer with.
#[derive(Debug, Clone)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    manner: Manner,
}

impl Answer {
    pub fn new(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("Content-Type".to_owned(), kind.to_owned())];
        Self { status, headers, body: body.into(), manner: Manner::Whole }
    }

    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    pub fn text(status: u16, body: &str) -> Self {
        Self::new(status, "text/plain", body)
    }

    pub fn html(status: u16, body: &str) -> Self {
        Self::new(status, "text/html", body)
    }

    /// Of this status, pointing to that URL.
    pub fn redirect(status: u16, url: &str) -> Self {
        Self::text(status, "moved").header("Location", url)
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Waits before the headers.
    pub fn late(self, wait: Duration) -> Self {
        self.by(Manner::Late(wait))
    }

    /// Takes the request and never answers.
    pub fn silent() -> Self {
        Self::text(200, "").by(Manner::Silent)
    }

    /// Sends the headers and the first `bytes` of the body, and stops there.
    pub fn stalled(self, bytes: usize) -> Self {
        self.by(Manner::Stalled(bytes))
    }

    /// Sends the body byte by byte.
    pub fn drip(self, apart: Duration) -> Self {
        self.by(Manner::Drip(apart))
    }

    /// Resets the connection instead of answering.
    pub fn reset() -> Self {
        Self::text(200, "").by(Manner::Reset)
    }

    /// Closes the connection instead of answering.
    pub fn closed() -> Self {
        Self::text(200, "").by(Manner::Closed)
    }

    /// Announces the whole body, sends only the first `bytes`, and closes.
    pub fn cut(self, bytes: usize) -> Self {
        self.by(Manner::Cut(bytes))
    }

    /// Announces and sends so many bytes.
    pub fn huge(bytes: u64) -> Self {
        Self::new(200, "application/octet-stream", "").by(Manner::Huge(bytes))
    }

    fn by(self, manner: Manner) -> Self {
        Self { manner, ..self }
    }

    fn head(&self) -> String {
        let length = match self.manner {
            Manner::Huge(bytes) => bytes,
            _ => self.body.len() as u64,
        };
        let mut head = format!("HTTP/1.1 {} Told\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("transfer-encoding")) {
            head.push_str(&format!("Content-Length: {length}\r\n"));
        }
        head + "\r\n"
    }
}

type Script = dyn Fn(&Asked, usize) -> Answer + Send + Sync;

struct Shared {
    script: Box<Script>,
    tls: Option<Arc<ServerConfig>>,
    state: Mutex<State>,
    stopped: Condvar,
}

#[derive(Default)]
struct State {
    asked: Vec<Asked>,
    /// One for each connection ever made, while it lasts.
    streams: Vec<Option<TcpStream>>,
    threads: Vec<JoinHandle<()>>,
    stop: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Waits, and is false when the CDN was dropped meanwhile.
    fn wait(&self, time: Duration) -> bool {
        let waited = self.stopped.wait_timeout_while(self.state(), time, |state| !state.stop);
        !waited.unwrap_or_else(std::sync::PoisonError::into_inner).0.stop
    }
}

/// The server. Dropping it closes every connection and ends its threads.
pub struct Cdn {
    shared: Arc<Shared>,
    address: SocketAddr,
    accept: Option<JoinHandle<()>>,
    pki: Option<Pki>,
}

impl Cdn {
    /// Answers in this order; the last one repeats.
    pub fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::bind(sequence(answers), None)
    }

    /// Answers as the function says; its second argument counts requests from 0.
    pub fn with(script: impl Fn(&Asked, usize) -> Answer + Send + Sync + 'static) -> Self {
        Self::bind(Box::new(script), None)
    }

    /// Speaks TLS with a certificate that only [`Cdn::ca_pem`] vouches for.
    pub fn tls(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::bind(sequence(answers), Some(Pki::new(false, LOCAL)))
    }

    /// As [`Cdn::tls`], and answers as the function says.
    pub fn tls_with(script: impl Fn(&Asked, usize) -> Answer + Send + Sync + 'static) -> Self {
        Self::bind(Box::new(script), Some(Pki::new(false, LOCAL)))
    }

    /// As [`Cdn::tls`], with a certificate for that name alone.
    pub fn tls_named(name: &str, answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::bind(sequence(answers), Some(Pki::new(false, &[name])))
    }

    /// As [`Cdn::tls`], and demands [`Cdn::client_pem`] of its visitors.
    pub fn mutual_tls(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::bind(sequence(answers), Some(Pki::new(true, LOCAL)))
    }

    fn bind(script: Box<Script>, pki: Option<Pki>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let tls = pki.as_ref().map(|pki| Arc::clone(&pki.server));
        let shared = Arc::new(Shared { script, tls, state: Mutex::default(), stopped: Condvar::new() });
        let served = Arc::clone(&shared);
        let accept = std::thread::spawn(move || accept(&listener, &served));
        Self { shared, address, accept: Some(accept), pki }
    }

    /// `http://127.0.0.1:PORT`, or `https://localhost:PORT`.
    pub fn url(&self) -> String {
        match self.pki {
            Some(_) => format!("https://localhost:{}", self.port()),
            None => format!("http://{}", self.address),
        }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// What it was asked so far.
    pub fn requests(&self) -> Vec<Asked> {
        self.shared.state().asked.clone()
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.shared.state().streams.len()
    }

    /// The authority behind its certificate, PEM.
    pub fn ca_pem(&self) -> &str {
        &self.pki.as_ref().expect("a TLS variant").ca
    }

    /// A client certificate it accepts and that one's key, PEM.
    pub fn client_pem(&self) -> (&str, &str) {
        let pki = self.pki.as_ref().expect("a TLS variant");
        (&pki.client.0, &pki.client.1)
    }
}

impl Drop for Cdn {
    fn drop(&mut self) {
        self.shared.state().stop = true;
        self.shared.stopped.notify_all();
        // One visit of our own ends the blocking accept.
        let _ = TcpStream::connect(self.address);
        let _ = self.accept.take().map(JoinHandle::join);
        let (streams, threads) = {
            let mut state = self.shared.state();
            (std::mem::take(&mut state.streams), std::mem::take(&mut state.threads))
        };
        for stream in streams.into_iter().flatten() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        for thread in threads {
            let _ = thread.join();
        }
    }
}

fn sequence(answers: impl IntoIterator<Item = Answer>) -> Box<Script> {
    let answers: Vec<Answer> = answers.into_iter().collect();
    assert!(!answers.is_empty(), "a scripted CDN wants at least one answer");
    Box::new(move |_, count| answers[count.min(answers.len() - 1)].clone())
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        let Ok(stream) = stream else { continue };
        let mut state = shared.state();
        if state.stop {
            return;
        }
        let Ok(kept) = stream.try_clone() else { continue };
        state.streams.push(Some(kept));
        let (number, shared) = (state.streams.len(), Arc::clone(shared));
        state.threads.push(std::thread::spawn(move || {
            // A visitor that goes away ends its connection, and nothing else.
            let _ = serve(stream, number, &shared);
            // The last handle goes here, and with it the connection.
            if let Some(kept) = shared.state().streams.get_mut(number - 1) {
                *kept = None;
            }
        }));
    }
}

trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

fn serve(raw: TcpStream, number: usize, shared: &Shared) -> io::Result<()> {
    raw.set_nodelay(true)?;
    let socket = raw.try_clone()?;
    let Some(config) = &shared.tls else { return talk(&mut { raw }, &socket, number, shared) };
    let session = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
    talk(&mut StreamOwned::new(session, raw), &socket, number, shared)
}

fn talk(wire: &mut dyn Wire, socket: &TcpStream, number: usize, shared: &Shared) -> io::Result<()> {
    while let Some(asked) = receive(wire, socket, number, shared.tls.is_some())? {
        let answer = {
            let mut state = shared.state();
            if state.stop {
                return Ok(());
            }
            state.asked.push(asked.clone());
            let count = state.asked.len() - 1;
            drop(state);
            (shared.script)(&asked, count)
        };
        if matches!(answer.manner, Manner::Reset) {
            return Ok(()); // the last byte is still unread, so that the kernel resets
        }
        if shared.tls.is_none() {
            wire.read_exact(&mut [0])?;
        }
        if !send(wire, &answer, &asked, shared)? {
            return socket.shutdown(Shutdown::Both);
        }
    }
    Ok(())
}

/// Reads one request. Over plain TCP its last byte is only peeked at and stays unread.
fn receive(
    wire: &mut dyn Wire,
    socket: &TcpStream,
    connection: usize,
    tls: bool,
) -> io::Result<Option<Asked>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r") {
        let mut byte = [0];
        if wire.read(&mut byte)? == 0 {
            return Ok(None);
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines();
    let mut words = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    let mut rest = vec![0; length + 1];
    let last = rest.len() - 1;
    if tls {
        wire.read_exact(&mut rest)?;
    } else {
        wire.read_exact(&mut rest[..last])?;
        socket.peek(&mut rest[last..])?;
    }
    Ok(Some(Asked {
        method: words.next().unwrap_or_default(),
        path: words.next().unwrap_or_default(),
        headers,
        body: rest[1..].to_vec(),
        at: Instant::now(),
        connection,
    }))
}

/// Answers; false when the connection ends with it.
fn send(wire: &mut dyn Wire, answer: &Answer, asked: &Asked, shared: &Shared) -> io::Result<bool> {
    match answer.manner {
        Manner::Silent => return Ok(shared.wait(FOREVER)),
        Manner::Closed | Manner::Reset => return Ok(false),
        Manner::Late(wait) if !shared.wait(wait) => return Ok(false),
        _ => {}
    }
    wire.write_all(answer.head().as_bytes())?;
    if asked.method == "HEAD" {
        wire.flush()?;
        return Ok(true);
    }
    match answer.manner {
        Manner::Stalled(bytes) => {
            wire.write_all(&answer.body[..bytes])?;
            wire.flush()?;
            return Ok(shared.wait(FOREVER));
        }
        Manner::Cut(bytes) => {
            wire.write_all(&answer.body[..bytes])?;
            wire.flush()?;
            return Ok(false);
        }
        Manner::Drip(apart) => {
            for byte in &answer.body {
                wire.write_all(&[*byte])?;
                wire.flush()?;
                if !shared.wait(apart) {
                    return Ok(false);
                }
            }
        }
        Manner::Huge(mut left) => {
            let block = vec![b'x'; 64 << 10];
            while left > 0 {
                let now = left.min(block.len() as u64);
                wire.write_all(&block[..now as usize])?;
                left -= now;
            }
        }
        _ => wire.write_all(&answer.body)?,
    }
    wire.flush()?;
    Ok(true)
}

/// What a TLS variant is called.
const LOCAL: &[&str] = &["localhost", "127.0.0.1"];

const FOREVER: Duration = Duration::from_secs(3600);

/// An authority made for one test, a server certificate and a client certificate of it.
struct Pki {
    ca: String,
    client: (String, String),
    server: Arc<ServerConfig>,
}

impl Pki {
    fn new(demand: bool, names: &[&str]) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // Its own name: OpenSSL takes a certificate whose issuer has its name for one that it signed itself.
        params.distinguished_name.push(DnType::CommonName, "authority of a test");
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let issue = |names: &[&str]| {
            let key = KeyPair::generate().unwrap();
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &ca).unwrap();
            (certificate, key)
        };
        let (certificate, key) = issue(names);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let builder = if demand {
            let mut roots = rustls::RootCertStore::empty();
            roots.add(ca.der().clone()).unwrap();
            let verifier =
                WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let der = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let server = Arc::new(builder.with_single_cert(vec![certificate.der().clone()], der).unwrap());
        let (certificate, key) = issue(&["operator"]);
        Self { ca: ca.pem(), client: (certificate.pem(), key.serialize_pem()), server }
    }
}
