//! Another program, run without a shell or input, with bounded time and output.

use crate::{
    clock::Clock,
    error::{Error, Result},
};
use std::{
    io::{self, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, TryRecvError},
    thread,
    time::Duration,
};

/// What a program may take.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// From its start to its end, and that of whoever holds its streams.
    pub time: Duration,
    /// Of either stream, in bytes.
    pub output: u64,
    /// Whether it gets a process group of its own: then the terminal's ^C is not its own, and what it
    /// started ends with it.
    pub group: bool,
}

/// How it ended.
#[derive(Debug)]
pub enum Ended {
    /// By itself.
    Done {
        /// Its word.
        status: ExitStatus,
        /// stdout.
        out: Vec<u8>,
        /// stderr.
        err: Vec<u8>,
    },
    /// Killed, because its time was up.
    Late,
    /// Killed, because it wrote more than may be.
    TooMuch,
}

/// Runs it to its end; the outer error is that of starting it. A signal to us ends it too.
pub fn run(command: &mut Command, bounds: Bounds, clock: &dyn Clock) -> io::Result<Result<Ended>> {
    let streams = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    if bounds.group {
        std::os::unix::process::CommandExt::process_group(streams, 0);
    }
    let mut child = streams.spawn()?;
    let ended = wait(&mut child, bounds, clock);
    if !matches!(ended, Ok(Ended::Done { .. })) {
        kill(&mut child, bounds.group);
    }
    Ok(ended)
}

fn wait(child: &mut Child, bounds: Bounds, clock: &dyn Clock) -> Result<Ended> {
    let stdout = drain(child.stdout.take().expect("it is piped"), bounds.output);
    let stderr = drain(child.stderr.take().expect("it is piped"), bounds.output);
    let start = clock.elapsed();
    let (mut out, mut err) = (None, None);
    while clock.elapsed().saturating_sub(start) < bounds.time {
        take(&stdout, &mut out);
        take(&stderr, &mut err);
        if out.as_ref().is_some_and(|bytes: &Vec<u8>| bytes.len() as u64 > bounds.output) {
            // It may write on for ever into a pipe that nobody reads.
            return Ok(Ended::TooMuch);
        }
        let status = child.try_wait().map_err(|error| Error::Io(format!("cannot wait: {error}")))?;
        match (status, out.take(), err.take()) {
            (Some(status), Some(out), Some(err)) => return Ok(Ended::Done { status, out, err }),
            (_, bytes, said) => (out, err) = (bytes, said),
        }
        clock.sleep(Duration::from_millis(5))?;
    }
    Ok(Ended::Late)
}

fn kill(child: &mut Child, group: bool) {
    #[cfg(unix)]
    if group {
        use rustix::process::{Pid, Signal, kill_process_group};
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
    #[cfg(not(unix))]
    let _ = group;
    let _ = child.kill();
    let _ = child.wait();
}

fn take(from: &Receiver<Vec<u8>>, into: &mut Option<Vec<u8>>) {
    match from.try_recv() {
        Ok(bytes) => *into = Some(bytes),
        Err(TryRecvError::Empty | TryRecvError::Disconnected) => {}
    }
}

/// Reads in a thread: a grandchild that keeps the pipe open must not hold us.
fn drain(from: impl Read + Send + 'static, bound: u64) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.take(bound + 1).read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}
