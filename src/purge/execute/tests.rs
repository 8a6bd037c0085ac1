//! The executor against a scripted transport and a clock that only it moves.

use super::*;
use crate::{
    credential::Found,
    http::{Failure, Policy, Request, Response, Transport, Value},
    profile::Origin,
    progress::Console,
    purge::{
        Budget, Completion, Grant, Poll, Receipt, Selector, Settings, cloudcdn,
        plan::{Selection, plan},
    },
    secret::Secret,
};
use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicI32, Ordering},
    },
};

/// Waits move it; when `signal` is set it ends the next wait.
#[derive(Default)]
struct Hand {
    now: Mutex<Duration>,
    signal: AtomicI32,
}

impl Clock for Hand {
    fn now(&self) -> Result<Duration> {
        Ok(*self.now.lock().unwrap())
    }

    fn elapsed(&self) -> Duration {
        *self.now.lock().unwrap()
    }

    fn sleep(&self, wait: Duration) -> Result<()> {
        match self.signal.load(Ordering::Relaxed) {
            0 => {
                *self.now.lock().unwrap() += wait;
                Ok(())
            }
            signal => Err(Error::Interrupted { signal, detail: "interrupted".into() }),
        }
    }

    fn draw(&self, _: Duration) -> Duration {
        Duration::ZERO
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

type Told = std::result::Result<(u16, &'static str), Failure>;

/// Answers in order, and keeps what it was asked.
struct Wire<'c> {
    clock: &'c Hand,
    answers: Mutex<VecDeque<Told>>,
    asked: Mutex<Vec<Request>>,
    /// Raises a signal while this request (counted from 1) is answered.
    signal_at: usize,
    /// How long an answer takes.
    late: Duration,
}

impl Transport for Wire<'_> {
    fn send(&self, request: &Request, _: &Policy) -> std::result::Result<Response, Failure> {
        let mut asked = self.asked.lock().unwrap();
        asked.push(request.clone());
        *self.clock.now.lock().unwrap() += self.late;
        if asked.len() == self.signal_at {
            self.clock.signal.store(2, Ordering::Relaxed);
        }
        let (status, body) = self.answers.lock().unwrap().pop_front().expect("an answer for each request")?;
        Ok(Response {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
            attempts: 1,
            elapsed: Duration::ZERO,
        })
    }
}

#[derive(Default)]
struct Notes {
    lines: Vec<String>,
    full: bool,
}

impl Ledger for Notes {
    fn sending(&mut self, batch: &Batch<'_>, _: &Request) -> Result<()> {
        if self.full {
            return Err(Error::Io("the journal cannot be written: disk full".into()));
        }
        self.lines.push(format!("sending {}", batch.number));
        Ok(())
    }

    fn accepted(&mut self, batch: &Batch<'_>, _: &Response, _: &Receipt) -> Result<()> {
        self.lines.push(format!("accepted {}", batch.number));
        Ok(())
    }

    fn failed(&mut self, batch: &Batch<'_>, error: &Error) -> Result<()> {
        self.lines.push(format!("failed {} {}", batch.number, error.facts().name));
        Ok(())
    }

    fn done(&mut self, batch: &Batch<'_>) -> Result<()> {
        self.lines.push(format!("done {}", batch.number));
        Ok(())
    }
}

/// A run of `provider` on one-character tags, one target unless said otherwise.
struct Case {
    provider: Provider,
    targets: Vec<String>,
    tags: usize,
    answers: Vec<Told>,
    begin: Duration,
    signal_at: usize,
    full: bool,
    late: Duration,
    wait: Option<Duration>,
}

struct Ran {
    outcome: Outcome,
    plan: Plan,
    notes: Vec<String>,
    asked: Vec<Request>,
    took: Duration,
}

const OK: Told = Ok((200, r#"{"success":true}"#));

impl Case {
    fn of(provider: Provider, tags: usize, answers: impl Into<Vec<Told>>) -> Self {
        let targets = vec!["https://cdn.test".into()];
        let begin = Duration::from_secs(1_767_225_600);
        Self {
            provider,
            targets,
            tags,
            answers: answers.into(),
            begin,
            signal_at: 0,
            full: false,
            late: Duration::ZERO,
            wait: None,
        }
    }

    fn waiting(self, seconds: u64) -> Self {
        Self { wait: Some(Duration::from_secs(seconds)), ..self }
    }

    fn run(self) -> Ran {
        let settings = self.provider.resolve(&self.targets, &[]).unwrap();
        let items = (0..self.tags).map(|n| format!("t{n}")).collect();
        let asked = Selection { selector: Selector::Tag, items, soft: false };
        let plan = plan(&self.provider, &settings, &asked).unwrap();
        let account = Account::open(&self.provider, settings, |_| Ok(Some(secret("k3y")))).unwrap();
        let clock = Hand::default();
        *clock.now.lock().unwrap() = self.begin;
        let answers = Mutex::new(self.answers.into());
        let transport = Wire {
            clock: &clock,
            answers,
            asked: Mutex::default(),
            signal_at: self.signal_at,
            late: self.late,
        };
        let policy = Policy { retries: 0, ..Policy::default() };
        let console = Console::new(true, false, 0);
        let client = Client { policy, transport: &transport, clock: &clock, console };
        let mut notes = Notes { full: self.full, ..Notes::default() };
        let order = Order { wait: self.wait, ..Order::default() };
        let outcome = execute(&self.provider, &account, &plan, &client, &order, &mut notes).unwrap();
        let took = clock.elapsed() - self.begin;
        let asked = transport.asked.into_inner().unwrap();
        Ran { outcome, plan, notes: notes.lines, asked, took }
    }
}

fn secret(text: &str) -> Found {
    let origin = Origin::Environment("CLOUDCDN_PURGE_KEY");
    Found { secret: Secret::new(text), origin, reference: "env:CLOUDCDN_PURGE_KEY".into() }
}

fn codes(outcome: &Outcome) -> Vec<(usize, &'static str)> {
    outcome.failed.iter().map(|(index, error)| (*index, error.facts().name)).collect()
}

/// One tag a request.
const PLAIN: Provider = Provider {
    id: "test",
    title: "Test",
    limits: &[Limit::of(Selector::Tag, 1)],
    decode: cloudcdn::PROVIDER.decode,
    ..Provider::BASE
};

#[test]
fn batches_go_out_in_order_and_each_is_told_before_and_after() {
    let ran = Case::of(PLAIN, 3, [OK, OK, OK]).run();
    assert!(ran.outcome.complete());
    assert_eq!(ran.notes, ["sending 1", "accepted 1", "sending 2", "accepted 2", "sending 3", "accepted 3"]);
    assert!(ran.outcome.failure(&ran.plan).is_none());
}

#[test]
fn a_batch_that_is_refused_for_itself_stops_alone() {
    for status in [400, 404, 413] {
        let ran = Case::of(PLAIN, 3, [OK, Ok((status, r#"{"error":"no"}"#)), OK]).run();
        assert_eq!((ran.outcome.accepted.as_slice(), ran.outcome.failed.len()), (&[0, 2][..], 1));
        let error = ran.outcome.failure(&ran.plan).unwrap();
        assert!(!error.facts().retryable, "{status} is the first permanent failure");
    }
}

#[test]
fn what_the_next_batch_would_meet_too_stops_its_target_and_no_other() {
    let down = [Ok((503, "{}")), OK, OK];
    let mut case = Case::of(PLAIN, 2, down);
    case.targets.push("https://two.test".into());
    let ran = case.run();
    assert_eq!(codes(&ran.outcome), [(0, "server_error")]);
    assert_eq!((ran.outcome.unsent.as_slice(), ran.outcome.accepted.as_slice()), (&[1][..], &[2, 3][..]));
    let error = ran.outcome.failure(&ran.plan).unwrap();
    assert_eq!(error.facts().name, "partial");
    let text = error.to_string();
    assert!(text.contains("sent: batches 3-4 (2 tags: \"t0\" to \"t1\")"), "{text}");
    assert!(text.contains("failed: batch 1") && text.contains("not sent: batch 2 (1 tag: \"t1\")"), "{text}");
}

#[test]
fn one_batch_keeps_the_type_of_its_failure() {
    for (answer, name) in [
        (Ok((401, "{}")), "auth_invalid"),
        (Ok((429, "{}")), "rate_limited"),
        (Ok((502, "{}")), "server_error"),
        (Ok((200, "<html>")), "data_error"),
        (Ok((200, r#"{"success":false}"#)), "data_error"),
        (Err(Failure::Passing("reset".into())), "request_failed"),
    ] {
        let ran = Case::of(PLAIN, 1, [answer]).run();
        assert_eq!(ran.outcome.failure(&ran.plan).unwrap().facts().name, name);
    }
}

#[test]
fn a_signal_between_requests_leaves_nothing_in_doubt() {
    let case = Case { signal_at: 2, ..Case::of(PLAIN, 4, [OK, OK]) };
    let ran = case.run();
    assert_eq!((ran.outcome.accepted.as_slice(), ran.outcome.unsent.as_slice()), (&[0, 1][..], &[2, 3][..]));
    let error = ran.outcome.failure(&ran.plan).unwrap();
    assert_eq!(error.facts().exit, 130);
    let text = error.to_string();
    assert!(text.contains("sent: batches 1-2") && text.contains("not sent: batches 3-4"), "{text}");
}

#[test]
fn a_signal_during_a_request_leaves_that_batch_in_doubt() {
    let case = Case { signal_at: 2, ..Case::of(PLAIN, 3, [OK, Err(Failure::Interrupted)]) };
    let ran = case.run();
    assert_eq!(ran.outcome.doubtful, [1]);
    let text = ran.outcome.failure(&ran.plan).unwrap().to_string();
    assert!(text.contains("in doubt: batch 2") && text.contains("not sent: batch 3"), "{text}");
}

#[test]
fn a_ledger_that_cannot_be_written_stops_before_the_request() {
    let ran = Case { full: true, ..Case::of(PLAIN, 2, []) }.run();
    assert_eq!(ran.outcome.unsent, [0, 1]);
    assert!(ran.asked.is_empty());
    assert_eq!(ran.outcome.failure(&ran.plan).unwrap().facts().name, "io_error");
}

#[test]
fn a_plan_of_another_account_is_not_run() {
    let settings = |target: &str| PLAIN.resolve(&[target.into()], &[]).unwrap();
    let asked = Selection { selector: Selector::Tag, items: vec!["t".into()], soft: false };
    let plan = plan(&PLAIN, &settings("https://one.test"), &asked).unwrap();
    let account = Account::open(&PLAIN, settings("https://two.test"), |_| Ok(None)).unwrap();
    let clock = Hand::default();
    let wire = Wire {
        clock: &clock,
        answers: Mutex::default(),
        asked: Mutex::default(),
        signal_at: 0,
        late: Duration::ZERO,
    };
    let console = Console::new(true, false, 0);
    let client = Client { policy: Policy::default(), transport: &wire, clock: &clock, console };
    let ran = execute(&PLAIN, &account, &plan, &client, &Order::default(), &mut Notes::default());
    assert!(matches!(ran, Err(Error::Data(_))));
}

#[test]
fn the_pace_is_kept_and_a_wait_beyond_patience_stops_and_names_the_budget() {
    const SLOW: Provider = Provider {
        limits: &[Limit::of(Selector::Tag, 1).spends(&[Budget::requests("calls", 1).refill(1, 60)])],
        ..PLAIN
    };
    let ran = Case::of(SLOW, 3, [OK, OK, OK]).run();
    assert_eq!(ran.took, Duration::from_millis(121_200));
    const SLOWER: Provider = Provider {
        limits: &[Limit::of(Selector::Tag, 1).spends(&[Budget::requests("calls", 1).refill(1, 600)])],
        ..PLAIN
    };
    let ran = Case::of(SLOWER, 3, [OK]).run();
    assert_eq!(ran.outcome.unsent, [1, 2]);
    let error = ran.outcome.failure(&ran.plan).unwrap();
    assert_eq!((error.facts().name, error.facts().exit), ("rate_limited", 75));
    assert!(error.to_string().contains("come back at 2026-01-01T00:10:06Z"), "{error}");
}

/// A bucket of ten, and ten a second: it refuses what comes too early by its own clock, with nothing to spare.
struct Strict<'c> {
    clock: &'c Hand,
    /// In shares, a thousand million to the request, and when that was true.
    level: Mutex<(u128, Duration)>,
    arrivals: Mutex<Vec<Duration>>,
}

impl Strict<'_> {
    const UNIT: u128 = 1_000_000_000;

    fn travel(&self, count: usize, most: u64) {
        let late = count as u64 * 7919 % most;
        *self.clock.now.lock().unwrap() += Duration::from_millis(late);
    }
}

impl Transport for Strict<'_> {
    fn send(&self, _: &Request, _: &Policy) -> std::result::Result<Response, Failure> {
        let count = self.arrivals.lock().unwrap().len();
        self.travel(count, 53);
        let at = self.clock.elapsed();
        let mut level = self.level.lock().unwrap();
        let earned = (at - level.1).as_nanos() * 10;
        *level = ((level.0 + earned).min(10 * Self::UNIT), at);
        let status = if level.0 >= Self::UNIT { 200 } else { 429 };
        level.0 = level.0.saturating_sub(Self::UNIT);
        self.arrivals.lock().unwrap().push(at);
        self.travel(count, 41);
        let body = br#"{"success":true}"#.to_vec();
        Ok(Response { status, headers: Vec::new(), body, attempts: 1, elapsed: Duration::ZERO })
    }
}

#[test]
fn a_strict_limit_is_used_and_never_met_however_long_requests_travel() {
    const BURST: usize = 10;
    const PACED: Provider = Provider {
        limits: &[Limit::of(Selector::Tag, 1).spends(&[Budget::requests("calls", 10).refill(10, 1)])],
        ..PLAIN
    };
    let settings = PACED.resolve(&["https://cdn.test".into()], &[]).unwrap();
    let items = (0..BURST + 200).map(|n| format!("t{n}")).collect();
    let asked = Selection { selector: Selector::Tag, items, soft: false };
    let plan = plan(&PACED, &settings, &asked).unwrap();
    let account = Account::open(&PACED, settings, |_| Ok(None)).unwrap();
    let clock = Hand::default();
    let level = Mutex::new((10 * Strict::UNIT, Duration::ZERO));
    let server = Strict { clock: &clock, level, arrivals: Mutex::default() };
    let policy = Policy { retries: 0, ..Policy::default() };
    let client = Client { policy, transport: &server, clock: &clock, console: Console::new(true, false, 0) };
    let ran = execute(&PACED, &account, &plan, &client, &Order::default(), &mut Notes::default()).unwrap();
    assert!(ran.complete(), "{:?}", codes(&ran));
    let arrivals = server.arrivals.into_inner().unwrap();
    let used = 199.0 / (arrivals[BURST + 199] - arrivals[BURST]).as_secs_f64() / 10.0;
    assert!(used >= 0.95, "{used}");
}

#[test]
fn what_remains_of_the_day_stops_before_the_batch_that_would_exceed_it() {
    const DAILY: Provider = Provider {
        limits: &[Limit::of(Selector::Tag, 1).spends(&[Budget::requests("day", 100).daily()])],
        ..PLAIN
    };
    let left = |body| Ok((200, body));
    let answers =
        [left(r#"{"success":true,"remaining_today":1}"#), left(r#"{"success":true,"remaining_today":0}"#)];
    let ran = Case::of(DAILY, 4, answers).run();
    assert_eq!((ran.outcome.accepted.as_slice(), ran.outcome.unsent.as_slice()), (&[0, 1][..], &[2, 3][..]));
    let error = ran.outcome.failure(&ran.plan).unwrap();
    assert_eq!((error.facts().name, error.facts().exit), ("rate_limited", 75));
    let text = error.to_string();
    assert!(text.contains("the next UTC day begins at 2026-01-02T00:00:00Z"), "{text}");
    assert!(text.contains("not sent: batches 3-4 (2 tags: \"t2\" to \"t3\")"), "{text}");
}

#[test]
fn what_remains_is_counted_on_the_day_of_the_answer() {
    const DAILY: Provider = Provider {
        limits: &[Limit::of(Selector::Tag, 1).spends(&[Budget::requests("day", 100).daily()])],
        ..PLAIN
    };
    let evening = Duration::from_secs(1_767_225_600 + 86_400 - 10);
    let answers = [Ok((200, r#"{"success":true,"remaining_today":0}"#))];
    let late = Duration::from_secs(20);
    let ran = Case { begin: evening, late, ..Case::of(DAILY, 2, answers) }.run();
    assert_eq!((ran.outcome.accepted.as_slice(), ran.outcome.unsent.as_slice()), (&[0][..], &[1][..]));
    let text = ran.outcome.failure(&ran.plan).unwrap().to_string();
    assert!(text.contains("2026-01-03T00:00:00Z"), "{text}");
}

#[test]
fn midnight_within_patience_is_waited_for() {
    const DAILY: Provider = Provider {
        limits: &[Limit::of(Selector::Tag, 1).spends(&[Budget::requests("day", 1).daily()])],
        ..PLAIN
    };
    let evening = Duration::from_secs(1_767_225_600 + 86_400 - 30);
    let ran = Case { begin: evening, ..Case::of(DAILY, 2, [OK, OK]) }.run();
    assert!(ran.outcome.complete());
    assert_eq!(ran.took, Duration::from_secs(30));
}

const POLL: Poll = Poll {
    every: Duration::from_secs(20),
    encode: |_: &Settings, sent| Ok(Request::get(sent.batch.url("/status"))),
    decode: |_, reply| {
        Ok(match reply.body.as_slice() {
            b"done" => Progress::Done,
            b"bad" => Progress::Failed("no such path".into()),
            _ => Progress::Running,
        })
    },
};

const WATCHED: Provider = Provider {
    limits: &[Limit::of(Selector::Tag, 1).spends(&[Budget::items("progress", 1)])],
    poll: Some(POLL),
    ..PLAIN
};

#[test]
fn room_in_progress_is_watched_until_it_comes_back() {
    let ran = Case::of(WATCHED, 2, [OK, Ok((200, "running")), Ok((200, "done")), OK]).run();
    assert!(ran.outcome.complete());
    assert_eq!(ran.notes, ["sending 1", "accepted 1", "done 1", "sending 2", "accepted 2"]);
    assert_eq!(ran.took, Duration::from_secs(40));
}

#[test]
fn a_wait_ends_when_all_is_done_or_its_time_is_up() {
    let running = Ok((200, "running"));
    let ran = Case::of(WATCHED, 1, [OK, running.clone(), Ok((200, "done"))]).waiting(600).run();
    assert_eq!((&ran.outcome.completion, ran.took), (&Completion::Done, Duration::from_secs(40)));
    assert_eq!(ran.notes, ["sending 1", "accepted 1", "done 1"]);
    let ran = Case::of(WATCHED, 1, [OK, running.clone(), running.clone()]).waiting(30).run();
    let pending = Completion::Pending { batches: 1, why: "not done after 30s".into() };
    assert_eq!((&ran.outcome.completion, ran.took), (&pending, Duration::from_secs(30)));
    assert!(ran.outcome.complete(), "what is in progress was accepted");
    let ran = Case::of(WATCHED, 1, [OK, Ok((200, "bad"))]).waiting(600).run();
    assert_eq!(codes(&ran.outcome), [(0, "unavailable")]);
}

#[test]
fn a_question_that_fails_is_asked_again_while_there_is_time() {
    let ran = Case::of(WATCHED, 1, [OK, Err(Failure::Passing("reset".into())), Ok((200, "done"))]);
    assert_eq!(ran.waiting(600).run().outcome.completion, Completion::Done);
    let ran = Case::of(WATCHED, 1, [OK, Err(Failure::Passing("reset".into()))]).waiting(20).run();
    let Completion::Pending { batches, why } = &ran.outcome.completion else { panic!("it is not done") };
    assert!(*batches == 1 && why.contains("could not be asked"), "{why}");
}

#[test]
fn a_provider_that_cannot_be_asked_is_given_the_time_it_names() {
    const NAMES: Provider =
        Provider { decode: |_| Ok(Receipt { after: Duration::from_secs(5), ..Receipt::default() }), ..PLAIN };
    let ran = Case::of(NAMES, 1, [OK]).waiting(600).run();
    let waited = Duration::from_secs(5);
    assert_eq!((&ran.outcome.completion, ran.took), (&Completion::Unasked { waited }, waited));
    let ran = Case::of(NAMES, 1, [OK]).run();
    assert_eq!((&ran.outcome.completion, ran.took), (&Completion::NotAsked, Duration::ZERO));
}

#[test]
fn a_purge_that_is_given_up_later_has_failed() {
    let ran = Case::of(WATCHED, 2, [OK, Ok((200, "bad")), OK]).run();
    assert_eq!((ran.outcome.accepted.as_slice(), codes(&ran.outcome)), (&[1][..], vec![(0, "unavailable")]));
}

#[test]
fn room_that_never_comes_back_ends_with_the_patience() {
    let running = Ok((200, "running"));
    let answers: Vec<Told> = std::iter::once(OK).chain(std::iter::repeat_n(running, 20)).collect();
    let ran = Case::of(WATCHED, 2, answers).run();
    assert_eq!(ran.outcome.unsent, [1]);
    assert_eq!(ran.outcome.failure(&ran.plan).unwrap().facts().exit, 75);
}

const GRANTED: Provider = Provider {
    grant: Some(Grant {
        encode: |account, _| {
            let key = account.secret("key").expect("the way in needs it");
            Ok(Some(Request::post("https://token.test/").credential("x-key", key.clone())))
        },
        decode: |reply| Ok((Secret::new(reply.body.clone()), Duration::from_secs(90))),
    }),
    credentials: &[&["key"]],
    limits: &[Limit::of(Selector::Tag, 1).spends(&[Budget::requests("calls", 1).refill(1, 40)])],
    authorize: |_, attempt, request| Ok(request.bearer(attempt.token.expect("granted"))),
    ..PLAIN
};

fn tokens(asked: &[Request]) -> Vec<&str> {
    let value = |request: &'_ Request| match request.headers.iter().find(|(name, _)| name == "Authorization")
    {
        Some((_, Value::Secret(secret))) => secret.text().unwrap().to_owned(),
        _ => "grant".to_owned(),
    };
    asked.iter().map(value).map(|text| &*text.leak()).collect()
}

#[test]
fn a_token_is_renewed_a_minute_before_it_ends_and_once_when_refused() {
    let ran = Case::of(GRANTED, 2, [Ok((200, "one")), OK, Ok((200, "two")), OK]).run();
    assert!(ran.outcome.complete());
    assert_eq!(tokens(&ran.asked), ["grant", "Bearer one", "grant", "Bearer two"]);
    const FAST: Provider = Provider { limits: PLAIN.limits, ..GRANTED };
    let answers = [Ok((200, "one")), OK, Ok((401, "{}")), Ok((200, "two")), OK];
    let ran = Case::of(FAST, 2, answers).run();
    assert!(ran.outcome.complete());
    assert_eq!(tokens(&ran.asked), ["grant", "Bearer one", "Bearer one", "grant", "Bearer two"]);
    let ran = Case::of(FAST, 2, [Err(Failure::Final("no".into()))]).run();
    assert_eq!(ran.outcome.unsent, [0, 1], "without a token nothing is sent");
}

#[test]
fn a_secret_goes_to_the_account_s_own_origin_only() {
    const ASTRAY: Provider = Provider {
        credentials: &[&["key"]],
        encode: |_, batch| {
            let url = if batch.number == 1 { batch.url("/p") } else { "https://site.test/p".to_owned() };
            Ok(Request::post(url))
        },
        authorize: |account, _, request| {
            Ok(request.credential("x-key", account.secret("key").expect("set").clone()))
        },
        ..PLAIN
    };
    let ran = Case::of(ASTRAY, 2, [OK, OK]).run();
    let carries: Vec<bool> = ran.asked.iter().map(Request::carries_credential).collect();
    assert_eq!(carries, [true, false]);
}

#[test]
fn a_refused_key_is_named_and_so_is_the_wanted_one() {
    const CLOUDCDN: Provider = Provider { limits: PLAIN.limits, ..cloudcdn::PROVIDER };
    let ran = Case::of(CLOUDCDN, 1, [Ok((401, r#"{"error":"Unauthorized"}"#))]).run();
    let Some(Error::Answered(answer)) = ran.outcome.failure(&ran.plan) else { panic!("answered") };
    let hint = answer.hint.unwrap();
    assert!(hint.starts_with("sent was the purge key (env:CLOUDCDN_PURGE_KEY) as x-api-key"), "{hint}");
    assert!(hint.contains("purge:write") && !hint.contains("k3y"), "{hint}");
}
