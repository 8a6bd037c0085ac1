//! What the process was started with, seen before Rust's runtime mends it: it opens `/dev/null` in place of a closed
//! stdout, and a result would vanish with exit code 0.
// The one unsafe attribute names the section of functions that the loader calls before `main`.
#![cfg_attr(any(target_os = "linux", target_os = "macos"), allow(unsafe_code))]

use std::sync::atomic::{AtomicBool, Ordering};

static CLOSED: AtomicBool = AtomicBool::new(false);

/// Whether stdout was closed when the process began, as by `>&-`.
#[must_use]
pub fn stdout_was_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

// SAFETY: the loader calls every function of this section once, alone, before `main`; this one is of the type that it
// calls, allocates nothing, cannot panic, and uses nothing that Rust's runtime sets up: one system call, one store.
#[cfg(any(target_os = "linux", target_os = "macos"))]
#[used]
#[cfg_attr(target_os = "linux", unsafe(link_section = ".init_array"))]
#[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
static LOOK: extern "C" fn() = look;

#[cfg(any(target_os = "linux", target_os = "macos"))]
extern "C" fn look() {
    let closed = rustix::io::fcntl_getfd(rustix::stdio::stdout()) == Err(rustix::io::Errno::BADF);
    CLOSED.store(closed, Ordering::Relaxed);
}
