//! A connection that can misbehave as told. Faults below HTTP live here, where hyper does not look.

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use std::{
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::{Sleep, sleep},
};

/// How an answer leaves the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// As written.
    Plain,
    /// Not at all.
    Stall,
    /// The head and a few bytes, then nothing.
    StallBody,
    /// The head, then byte by byte.
    Drip,
    /// A TCP reset instead.
    Reset,
}

impl Manner {
    const ALL: [Self; 5] = [Self::Plain, Self::Stall, Self::StallBody, Self::Drip, Self::Reset];
}

/// Bytes of the body that [`Manner::StallBody`] lets through.
const TEASER: usize = 4;
/// Between two bytes of [`Manner::Drip`]: slower than any deadline for a body of some hundred bytes.
const PAUSE: Duration = Duration::from_millis(100);

/// The handler's end of a connection: says how the next answer leaves.
#[derive(Debug, Clone)]
pub(super) struct Line {
    manner: Arc<AtomicU8>,
    /// Who is at the other end.
    pub(super) visitor: IpAddr,
}

impl Line {
    pub(super) fn behave(&self, manner: Manner) {
        self.manner.store(manner as u8, Ordering::Relaxed);
    }

    fn manner(&self) -> Manner {
        Manner::ALL[usize::from(self.manner.load(Ordering::Relaxed))]
    }
}

impl Connected<IncomingStream<'_, Door>> for Line {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.io().line.clone()
    }
}

/// A listener whose connections are [`Wire`]s.
pub(super) struct Door(pub(super) TcpListener);

impl Listener for Door {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        loop {
            match self.0.accept().await {
                Ok((stream, peer)) => {
                    // Small answers should not wait for more; a socket that refuses works without.
                    let _ = stream.set_nodelay(true);
                    return (Wire::new(stream, peer.ip()), peer);
                }
                // Out of descriptors, or a visitor that left already: breathe, and go on.
                Err(_) => sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// One connection.
pub(super) struct Wire {
    stream: TcpStream,
    line: Line,
    /// The last bytes of the head while it is being written; `None` once it ended.
    tail: Option<[u8; 4]>,
    body: usize,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    fn new(stream: TcpStream, visitor: IpAddr) -> Self {
        let line = Line { manner: Arc::default(), visitor };
        Self { stream, line, tail: Some([0; 4]), body: 0, pause: None }
    }

    /// How many of these bytes belong to the head.
    fn head(&mut self, bytes: &[u8]) -> usize {
        let Some(tail) = &mut self.tail else { return 0 };
        for (at, byte) in bytes.iter().enumerate() {
            tail.rotate_left(1);
            tail[3] = *byte;
            if tail == b"\r\n\r\n" {
                self.tail = None;
                return at + 1;
            }
        }
        bytes.len()
    }

    /// Writes the head whole; hyper repeats what was not taken, so nothing is looked at twice.
    fn write_head(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let kept = self.tail;
        let length = self.head(bytes);
        let written = Pin::new(&mut self.stream).poll_write(cx, &bytes[..length]);
        match written {
            Poll::Ready(Ok(count)) if count == length => {}
            _ => {
                self.tail = kept;
                if let Poll::Ready(Ok(count)) = written {
                    self.head(&bytes[..count]);
                }
            }
        }
        written
    }

    fn drip(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
        }
        self.pause = Some(Box::pin(sleep(PAUSE)));
        Pin::new(&mut self.stream).poll_write(cx, &bytes[..1])
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        match this.line.manner() {
            Manner::Plain => Pin::new(&mut this.stream).poll_write(cx, bytes),
            // Nobody wakes it: the visitor hangs up, or the edge ends.
            Manner::Stall => Poll::Pending,
            Manner::Reset => {
                this.stream.set_zero_linger()?;
                Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
            }
            _ if bytes.is_empty() => Poll::Ready(Ok(0)),
            _ if this.tail.is_some() => this.write_head(cx, bytes),
            Manner::Drip => this.drip(cx, bytes),
            Manner::StallBody if this.body < TEASER => {
                let length = bytes.len().min(TEASER - this.body);
                let written = ready!(Pin::new(&mut this.stream).poll_write(cx, &bytes[..length]))?;
                this.body += written;
                Poll::Ready(Ok(written))
            }
            Manner::StallBody => Poll::Pending,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
