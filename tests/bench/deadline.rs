//! What a deadline of 500 ms comes to when the server stalls in the middle of the body.

use super::{Bench, figure};
use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

/// Measures.
pub fn run(bench: &Bench) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    // Holds the connection until the client gives up.
    let server = thread::spawn(move || {
        let (mut connection, _) = listener.accept().expect("a client");
        let _ = connection.read(&mut [0; 4096]);
        let _ = connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{");
        let _ = connection.read_to_end(&mut Vec::new());
    });
    let begin = Instant::now();
    let status =
        bench.stratos(&["health", "--timeout", "500ms", "--retries", "0", "--cdn-url", &base]).status();
    let took = begin.elapsed();
    assert!(!status.expect("the binary runs").success(), "a stalled body is a failure");
    server.join().expect("the server does not panic");
    let measured = format!("{} ms", took.as_millis());
    let met = took >= Duration::from_millis(450) && took <= Duration::from_millis(600);
    figure("a stalled body under a deadline of 500 ms", &measured, "ends within 600 ms", met);
}
