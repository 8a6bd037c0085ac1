//! A client that sends a URL byte for byte as it is given, damaged ones too, and says what came back.

use libtest_mimic::Failed;
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

/// The status that a GET of this URL gets.
pub fn status(url: &str) -> Result<u16, Failed> {
    ask("GET", url, &[], b"").map(|(status, _)| status)
}

/// Status and body of the answer to one request, on a connection of its own. A `Host` among the headers takes the
/// place of the URL's.
pub fn ask(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<(u16, Vec<u8>), Failed> {
    let (host, target) = parts(url)?;
    let mut head = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
    if headers.iter().all(|(name, _)| *name != "Host") {
        head += &format!("Host: {host}\r\n");
    }
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() {
        head += &format!("Content-Length: {}\r\n", body.len());
    }
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    stream.write_all(&[head.as_bytes(), b"\r\n", body].concat())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    read(&answer).ok_or_else(|| format!("no answer to {method} {url}").into())
}

/// Host with its port, and what follows them.
fn parts(url: &str) -> Result<(&str, &str), Failed> {
    let rest = url.strip_prefix("http://").ok_or("the servers speak plain HTTP")?;
    Ok(rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())))
}

fn read(answer: &[u8]) -> Option<(u16, Vec<u8>)> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let line = std::str::from_utf8(answer.split(|byte| *byte == b'\r').next()?).ok()?;
    Some((line.split(' ').nth(1)?.parse().ok()?, answer[end + 4..].to_vec()))
}
