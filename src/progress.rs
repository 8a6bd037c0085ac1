//! stderr: info, warnings, and progress. The only file that knows indicatif.

use crate::clock::Clock;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::{IsTerminal, Write},
    sync::Mutex,
    time::Duration,
};

/// Where everything goes that is not the result.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    /// Hides info lines and bars; warnings and errors stay.
    pub quiet: bool,
    /// Whether progress may be a bar (a terminal on stderr) or must be lines.
    pub terminal: bool,
    /// Whether escapes may be written.
    pub color: bool,
    /// How often `--verbose` was given.
    pub verbose: u8,
}

impl Console {
    /// A console for stderr as it is.
    #[must_use]
    pub fn new(quiet: bool, color: bool, verbose: u8) -> Self {
        Self { quiet, terminal: std::io::stderr().is_terminal(), color, verbose }
    }

    /// `info:    …`, hidden by `--quiet`.
    pub fn info(&self, text: impl AsRef<str>) {
        if !self.quiet {
            self.line("info:    ", "2", text.as_ref());
        }
    }

    /// `warning: …`, never hidden.
    pub fn warn(&self, text: impl AsRef<str>) {
        self.line("warning: ", "33", text.as_ref());
    }

    /// `error:   …`, never hidden.
    pub fn error(&self, text: impl AsRef<str>) {
        self.line("error:   ", "31", text.as_ref());
    }

    /// A question, the cursor left behind it.
    pub fn prompt(&self, text: &str) {
        let mut stderr = std::io::stderr().lock();
        let _ = write!(stderr, "{}", clean(text)).and_then(|()| stderr.flush());
    }

    /// A line as it is, without a prefix.
    pub fn plain(&self, text: impl AsRef<str>) {
        emit(&clean(text.as_ref()));
    }

    fn line(&self, prefix: &str, color: &str, text: &str) {
        let text = clean(text);
        if self.color {
            emit(&format!("\x1b[{color}m{prefix}\x1b[0m{text}"));
        } else {
            emit(&format!("{prefix}{text}"));
        }
    }
}

/// The bar on the terminal, so that a line does not land in the middle of it.
static BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

fn emit(line: &str) {
    // A closed stderr is no reason to fail.
    let write = || drop(writeln!(std::io::stderr().lock(), "{line}"));
    match BAR.lock().ok().and_then(|bar| bar.clone()) {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

/// How long work shows itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bars {
    /// A bar with rate and time left.
    Drawn,
    /// A line now and then, for the log of a CI job.
    Lines,
    /// Not at all.
    #[default]
    None,
}

/// Work that takes no longer shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two lines in a CI log.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Long work under way. It has no thread: it moves when it is told of a step, and goes with the value.
pub struct Progress<'a> {
    console: Console,
    bars: Bars,
    clock: &'a dyn Clock,
    what: &'static str,
    bytes: bool,
    total: Option<u64>,
    done: u64,
    started: Duration,
    said: Duration,
    bar: Option<ProgressBar>,
}

impl<'a> Progress<'a> {
    /// Work of so many steps, or of a number that is not known.
    #[must_use]
    pub fn start(
        console: Console,
        bars: Bars,
        clock: &'a dyn Clock,
        what: &'static str,
        total: Option<u64>,
    ) -> Self {
        let started = clock.elapsed();
        Self { console, bars, clock, what, bytes: false, total, done: 0, started, said: started, bar: None }
    }

    /// Its steps are bytes, and are shown as such.
    #[must_use]
    pub fn of_bytes(mut self) -> Self {
        self.bytes = true;
        self
    }

    /// So many steps more are done.
    pub fn add(&mut self, steps: u64) {
        self.done += steps;
        if self.bars == Bars::None {
            return;
        }
        let now = self.clock.elapsed();
        let elapsed = now.saturating_sub(self.started);
        match (&self.bar, self.bars) {
            (Some(bar), _) => bar.set_position(self.done),
            (None, Bars::Drawn) if elapsed >= PATIENCE => self.draw(elapsed),
            (None, Bars::Lines) if now.saturating_sub(self.said) >= BETWEEN_LINES => {
                self.said = now;
                self.console.line("info:    ", "2", &self.sentence(elapsed));
            }
            _ => {}
        }
    }

    fn draw(&mut self, elapsed: Duration) {
        let (length, template) = match self.total {
            Some(_) if self.bytes => {
                (self.total, "{msg} [{bar:24}] {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left")
            }
            Some(_) => (self.total, "{msg} [{bar:24}] {human_pos}/{human_len}, {per_sec}, {eta} left"),
            None => (None, "{msg} {human_pos}, {per_sec}, {elapsed}"),
        };
        let style = ProgressStyle::with_template(template).expect("the template is well formed");
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr_with_hz(10))
            .with_style(style.progress_chars("=> "))
            .with_message(self.what)
            .with_elapsed(elapsed);
        bar.set_position(self.done);
        if let Ok(mut shown) = BAR.lock() {
            *shown = Some(bar.clone());
        }
        self.bar = Some(bar);
    }

    /// `purging: 300 of 1000 (30 %), 12/s, 58 s left`
    fn sentence(&self, elapsed: Duration) -> String {
        let (what, done) =
            (if self.bytes { format!("{} bytes", self.what) } else { self.what.to_owned() }, self.done);
        let rate = done as f64 / elapsed.as_secs_f64().max(0.001);
        match self.total {
            Some(total) if total > 0 && rate > 0.0 => {
                let share = done.saturating_mul(100) / total;
                let left = total.saturating_sub(done) as f64 / rate;
                format!("{what}: {done} of {total} ({share} %), {rate:.1}/s, {left:.0} s left")
            }
            _ => format!("{what}: {done}, {rate:.1}/s, {} s so far", elapsed.as_secs()),
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
            if let Ok(mut shown) = BAR.lock() {
                *shown = None;
            }
        }
    }
}

/// Control bytes of a server never reach a terminal: all but LF and TAB become U+FFFD.
#[must_use]
pub fn clean(text: &str) -> String {
    if planted!("control-bytes-pass") {
        return text.to_owned();
    }
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Result;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[derive(Default)]
    struct Hand(AtomicU64);

    impl Clock for Hand {
        fn now(&self) -> Result<Duration> {
            Ok(self.elapsed())
        }
        fn elapsed(&self) -> Duration {
            Duration::from_millis(self.0.load(Ordering::Relaxed))
        }
        fn sleep(&self, _: Duration) -> Result<()> {
            Ok(())
        }
        fn draw(&self, ceiling: Duration) -> Duration {
            ceiling
        }
        fn fill(&self, _: &mut [u8]) {}
    }

    #[test]
    fn a_line_says_how_much_how_fast_and_how_long() {
        let clock = Hand::default();
        let console = Console { quiet: true, terminal: false, color: false, verbose: 0 };
        let mut progress = Progress::start(console, Bars::Lines, &clock, "purging", Some(1000));
        clock.0.store(9_999, Ordering::Relaxed);
        progress.add(100);
        assert_eq!(progress.said, Duration::ZERO, "before ten seconds there is no line");
        clock.0.store(10_000, Ordering::Relaxed);
        progress.add(200);
        assert_eq!(progress.said, Duration::from_secs(10));
        assert_eq!(
            progress.sentence(Duration::from_secs(10)),
            "purging: 300 of 1000 (30 %), 30.0/s, 23 s left"
        );
        progress.total = None;
        assert_eq!(progress.sentence(Duration::from_secs(10)), "purging: 300, 30.0/s, 10 s so far");
    }

    #[test]
    fn a_bar_waits_a_second_and_goes_with_the_work() {
        let clock = Hand::default();
        let console = Console { quiet: true, terminal: true, color: false, verbose: 0 };
        let mut progress = Progress::start(console, Bars::Drawn, &clock, "signing", None);
        clock.0.store(999, Ordering::Relaxed);
        progress.add(1);
        assert!(progress.bar.is_none());
        clock.0.store(1_000, Ordering::Relaxed);
        progress.add(1);
        let bar = progress.bar.clone().unwrap();
        assert_eq!(bar.position(), 2);
        drop(progress);
        assert!(bar.is_finished());
    }

    #[test]
    fn control_bytes_are_replaced() {
        assert_eq!(clean("a\x1b[31mb\r\n\tc\u{9b}"), "a\u{fffd}[31mb\u{fffd}\n\tc\u{fffd}");
    }
}
