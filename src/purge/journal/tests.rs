//! Kills at every named point, twice in a row, and a journal cut at every byte.

use super::*;
use crate::{
    clock::Clock,
    http::{Client, Failure, Policy, Transport},
    progress::Console,
    purge::{
        Account, Budget, Limit, Outcome, Poll, Progress, Provider, Selector,
        execute::{Order, execute},
        plan::{Selection, plan},
    },
};
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Mutex,
    time::Duration,
};

/// A world that ends at its n-th named point: before a line, after it, after the request, after the reply.
#[derive(Default)]
struct World {
    now: Mutex<Duration>,
    /// How many points are left; `None`: nothing ends it.
    left: Mutex<Option<usize>>,
    /// What reached the provider, in order.
    acted: Mutex<Vec<Request>>,
    /// What it answers; success otherwise.
    answers: Mutex<BTreeMap<usize, u16>>,
}

struct Killed;

impl World {
    fn point(&self) {
        let mut left = self.left.lock().unwrap();
        if let Some(count) = left.as_mut() {
            if *count == 0 {
                drop(left);
                resume_unwind(Box::new(Killed));
            }
            *count -= 1;
        }
    }
}

impl Clock for World {
    fn now(&self) -> Result<Duration> {
        Ok(Duration::from_secs(1_767_225_600) + *self.now.lock().unwrap())
    }

    fn elapsed(&self) -> Duration {
        *self.now.lock().unwrap()
    }

    fn sleep(&self, wait: Duration) -> Result<()> {
        *self.now.lock().unwrap() += wait;
        Ok(())
    }

    fn draw(&self, _: Duration) -> Duration {
        Duration::ZERO
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

impl Transport for World {
    fn send(&self, request: &Request, _: &Policy) -> std::result::Result<Response, Failure> {
        let mut status = 200;
        if request.method != "GET" || !request.url.ends_with("/status") {
            self.point();
            let mut acted = self.acted.lock().unwrap();
            status = self.answers.lock().unwrap().get(&acted.len()).copied().unwrap_or(200);
            acted.push(request.clone());
            drop(acted);
            self.point();
        }
        Ok(Response { status, headers: Vec::new(), body: Vec::new(), attempts: 1, elapsed: Duration::ZERO })
    }
}

/// A journal with points around its lines.
struct Fragile<'w>(Journal<'w>, &'w World);

impl Ledger for Fragile<'_> {
    fn sending(&mut self, batch: &Batch<'_>, request: &Request) -> Result<()> {
        self.1.point();
        self.0.sending(batch, request)?;
        self.1.point();
        Ok(())
    }

    fn accepted(&mut self, batch: &Batch<'_>, reply: &Response, receipt: &Receipt) -> Result<()> {
        self.1.point();
        self.0.accepted(batch, reply, receipt)?;
        self.1.point();
        Ok(())
    }

    fn failed(&mut self, batch: &Batch<'_>, error: &Error) -> Result<()> {
        self.0.failed(batch, error)
    }

    fn done(&mut self, batch: &Batch<'_>) -> Result<()> {
        self.1.point();
        self.0.done(batch)?;
        self.1.point();
        Ok(())
    }
}

/// One tag a request; the body holds the batch's key.
const KEYED: Provider = Provider {
    id: "keyed",
    title: "Keyed",
    limits: &[Limit::of(Selector::Tag, 1)],
    encode: |_, batch| {
        let body = serde_json::json!({ "key": batch.key.hex(), "items": batch.items });
        Ok(Request::post(batch.url("/purge")).json(&body).repeatable(true))
    },
    ..Provider::BASE
};

/// One purge in progress at a time, watched until it is done.
const WATCHED: Provider = Provider {
    limits: &[Limit::of(Selector::Tag, 1).spends(&[Budget::items("progress", 1)])],
    poll: Some(Poll {
        every: Duration::from_secs(20),
        encode: |_, sent| Ok(Request::get(sent.batch.url("/status"))),
        decode: |_, _| Ok(Progress::Done),
    }),
    ..KEYED
};

/// A GET that purges: to send it twice is not harmless.
const ONCE: Provider = Provider {
    encode: |_, batch| Ok(Request::get(batch.url(format!("/{}", batch.items.first()))).repeatable(false)),
    ..KEYED
};

struct Case {
    provider: Provider,
    account: Account,
    plan: Plan,
    folder: tempfile::TempDir,
    world: World,
}

impl Case {
    fn of(provider: Provider, targets: usize, tags: usize) -> Self {
        let targets: Vec<String> = (0..targets).map(|n| format!("https://node{n}.test")).collect();
        let settings = provider.resolve(&targets, &[]).unwrap();
        let items = (0..tags).map(|n| format!("t{n}")).collect();
        let asked = Selection { selector: Selector::Tag, items, soft: false };
        let plan = plan(&provider, &settings, &asked).unwrap();
        let account = Account::open(&provider, settings, |_| Ok(None)).unwrap();
        Self { provider, account, plan, folder: tempfile::tempdir().unwrap(), world: World::default() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("run.journal")
    }

    /// Runs until the n-th point, or to the end.
    fn first(&self, kill: Option<usize>) -> Option<Outcome> {
        self.alive(kill, || {
            let place = Place::File(self.path());
            let journal = Journal::begin(
                &place,
                &self.plan,
                Owner { profile: "p".into(), ..Owner::default() },
                [9; 16],
                &self.world,
            )
            .unwrap();
            self.execute(journal, &self.plan, &Order { run: [9; 16], ..Order::default() })
        })
    }

    fn again(&self, kill: Option<usize>, resend: bool) -> Option<Outcome> {
        self.alive(kill, || {
            let Resumed { journal, left: Left { run, plan, past, .. } } =
                Journal::resume(&self.path(), &self.world).unwrap();
            self.execute(journal, &plan, &Order { run, past, resend, ..Order::default() })
        })
    }

    fn execute(&self, journal: Journal<'_>, plan: &Plan, order: &Order) -> Outcome {
        let policy = Policy { retries: 0, ..Policy::default() };
        let console = Console::new(true, false, 0);
        let client = Client { policy, transport: &self.world, clock: &self.world, console };
        let mut ledger = Fragile(journal, &self.world);
        execute(&self.provider, &self.account, plan, &client, order, &mut ledger).unwrap()
    }

    /// `None` when it was killed.
    fn alive(&self, kill: Option<usize>, part: impl FnOnce() -> Outcome) -> Option<Outcome> {
        *self.world.left.lock().unwrap() = kill;
        match catch_unwind(AssertUnwindSafe(part)) {
            Ok(outcome) => Some(outcome),
            Err(panic) if panic.is::<Killed>() => None,
            Err(panic) => resume_unwind(panic),
        }
    }

    /// How often each batch reached the provider; the same batch came with the same bytes.
    fn acted(&self) -> Vec<usize> {
        let acted = self.world.acted.lock().unwrap();
        let mut counts = Vec::new();
        for batch in (0..self.plan.count()).map(|index| self.plan.batch(index, Some(&[9; 16]))) {
            let want = (self.provider.encode)(&self.account.settings, &batch).unwrap();
            let same = |asked: &&Request| digest(asked) == digest(&want);
            counts.push(acted.iter().filter(same).count());
        }
        assert_eq!(counts.iter().sum::<usize>(), acted.len(), "a request that no batch makes");
        counts
    }

    fn finished(&self) -> bool {
        look(&self.path()).unwrap().past.entries().iter().all(|entry| entry.fate == Fate::Accepted)
    }
}

/// Every pair of points, one of the run and one of its resume; then it is finished.
fn killed_twice(provider: fn() -> Provider, targets: usize, tags: usize) {
    for one in 0.. {
        for two in 0.. {
            let case = Case::of(provider(), targets, tags);
            let ended = case.first(Some(one)).is_some();
            if ended {
                assert!(two == 0 && case.finished());
                return;
            }
            let second = case.again(Some(two), false);
            let third = case.again(None, false).unwrap();
            assert!(third.complete() && case.finished(), "killed at {one} and {two}: {third:?}");
            let acted = case.acted();
            assert!(acted.iter().all(|count| *count > 0), "killed at {one} and {two}: forgotten: {acted:?}");
            let kills = if second.is_some() { 1 } else { 2 };
            let repeated: usize = acted.iter().map(|count| count - 1).sum();
            assert!(repeated <= kills, "killed at {one} and {two}: {acted:?}");
            if second.is_some() {
                break;
            }
        }
    }
}

#[test]
fn killed_at_any_two_points_nothing_is_forgotten_and_only_what_is_in_doubt_repeats() {
    killed_twice(|| KEYED, 1, 2);
}

#[test]
fn killed_with_room_in_progress_it_goes_on_and_holds_that_room_once() {
    killed_twice(|| WATCHED, 1, 2);
}

#[test]
fn killed_in_a_fleet_every_node_is_purged() {
    killed_twice(|| KEYED, 2, 1);
}

#[test]
fn cut_at_every_byte_what_is_missing_goes_out_and_nothing_else() {
    let whole = Case::of(KEYED, 1, 3);
    whole.world.answers.lock().unwrap().insert(1, 400);
    assert_eq!(whole.first(None).unwrap().failed.len(), 1);
    let text = fs::read(whole.path()).unwrap();
    let plan = fs::read(plan_beside(&whole.path())).unwrap();
    let first = text.iter().position(|byte| *byte == b'\n').unwrap();
    for cut in 0..=text.len() {
        let case = Case::of(KEYED, 1, 3);
        fs::write(case.path(), &text[..cut]).unwrap();
        fs::write(plan_beside(&case.path()), &plan).unwrap();
        if cut <= first {
            let refused = Journal::resume(&case.path(), &case.world).err();
            assert!(matches!(refused, Some(Error::InputMissing(_))), "{cut}");
            assert!(
                case.first(None).unwrap().complete(),
                "a run that never began leaves the place free: {cut}"
            );
            continue;
        }
        let past = look(&case.path()).unwrap().past;
        let missing = past.entries().iter().map(|entry| usize::from(entry.fate != Fate::Accepted));
        let missing: Vec<usize> = missing.collect();
        let outcome = case.again(None, false).unwrap();
        assert!(outcome.complete() && case.finished(), "{cut}");
        assert_eq!(case.acted(), missing, "{cut}");
        let doubtful = past.entries().iter().filter(|entry| entry.fate == Fate::Doubtful).count();
        assert_eq!(outcome.resent.len(), doubtful, "{cut}");
    }
}

#[test]
fn what_is_not_harmless_twice_is_not_sent_again_unasked() {
    let case = Case::of(ONCE, 1, 2);
    // The fourth point: the request is out, its answer lost.
    assert!(case.first(Some(3)).is_none());
    let outcome = case.again(None, false).unwrap();
    assert_eq!((outcome.doubtful.as_slice(), outcome.accepted.as_slice()), (&[0][..], &[1][..]));
    let outcome = Outcome { journal: Some("abc".into()), ..outcome };
    let error = outcome.failure(&case.plan).unwrap();
    assert_eq!(error.facts().exit, 64);
    assert!(error.to_string().contains("`stratos purge resume abc --resend`"), "{error}");
    assert_eq!(case.acted(), [1, 1]);
    let outcome = case.again(None, true).unwrap();
    assert!(outcome.complete() && case.finished());
    assert_eq!((outcome.resent.as_slice(), case.acted()), (&[0][..], vec![2, 1]));
}

#[test]
fn what_was_surely_not_purged_is_no_doubt() {
    for (status, fate) in
        [(401, Fate::Unsent), (429, Fate::Unsent), (404, Fate::Refused), (503, Fate::Doubtful)]
    {
        let case = Case::of(ONCE, 1, 1);
        case.world.answers.lock().unwrap().insert(0, status);
        assert!(!case.first(None).unwrap().complete());
        let found = look(&case.path()).unwrap();
        assert_eq!(found.past.fate(0), fate, "{status}");
        assert_eq!(found.past.finished(), fate == Fate::Refused);
    }
}

#[test]
fn budgets_go_on_where_the_killed_run_left_them() {
    const SLOW: Provider = Provider {
        limits: &[Limit::of(Selector::Tag, 1).spends(&[Budget::requests("calls", 1).refill(1, 60)])],
        ..KEYED
    };
    let case = Case::of(SLOW, 1, 2);
    // After the first answer is written.
    assert!(case.first(Some(5)).is_none());
    let before = case.world.elapsed();
    assert!(case.again(None, false).unwrap().complete());
    assert_eq!(case.world.elapsed() - before, Duration::from_millis(60_600));
}

fn refusal(case: &Case, change: impl FnOnce(&str) -> String) -> Error {
    let text = fs::read_to_string(case.path()).unwrap();
    fs::write(case.path(), change(&text)).unwrap();
    let refused = Journal::resume(&case.path(), &case.world).err().unwrap();
    fs::write(case.path(), text).unwrap();
    refused
}

#[test]
fn what_is_broken_of_another_plan_or_of_a_later_version_is_refused() {
    let case = Case::of(KEYED, 1, 2);
    assert!(case.first(Some(9)).is_none());
    let says = |error: Error, text: &str| assert!(error.to_string().contains(text), "{error}");
    says(refusal(&case, |text| text.replacen("\"sending\"", "\"sendin\"", 1)), "line 2 of the journal");
    says(refusal(&case, |text| text.replacen("\"batch\":0", "\"batch\":7", 1)), "line 2 of the journal");
    says(refusal(&case, |text| text.replacen("\"version\":1", "\"version\":2", 1)), "a later version");
    says(refusal(&case, |text| text.replacen("sha256:", "sha256:0", 1)), "is not the plan of");
    says(refusal(&case, |text| text.replacen("\"run\":\"09", "\"run\":\"zz", 1)), "names no run");
    let other = Case::of(KEYED, 1, 3);
    fs::write(plan_beside(&case.path()), other.plan.to_json()).unwrap();
    says(Journal::resume(&case.path(), &case.world).err().unwrap(), "is not the plan of");
    fs::remove_file(plan_beside(&case.path())).unwrap();
    assert!(matches!(Journal::resume(&case.path(), &case.world), Err(Error::InputMissing(_))));
}

#[test]
fn a_request_that_another_release_would_write_otherwise_is_not_sent() {
    let case = Case::of(KEYED, 1, 1);
    assert!(case.first(Some(2)).is_none());
    let Resumed { journal, left: Left { run, plan, past, .. } } =
        Journal::resume(&case.path(), &case.world).unwrap();
    let newer = Provider { encode: |_, batch| Ok(Request::post(batch.url("/v2"))), ..KEYED };
    let console = Console::new(true, false, 0);
    let client = Client { policy: Policy::default(), transport: &case.world, clock: &case.world, console };
    let order = Order { run, past, ..Order::default() };
    let refused = execute(&newer, &case.account, &plan, &client, &order, &mut Some(journal));
    assert!(refused.unwrap_err().to_string().contains("another release"));
    assert!(case.world.acted.lock().unwrap().is_empty());
}

#[test]
fn a_journal_in_use_is_refused_by_name() {
    let case = Case::of(KEYED, 1, 2);
    let place = Place::File(case.path());
    let held = Journal::begin(&place, &case.plan, Owner::default(), [9; 16], &case.world).unwrap();
    for refused in [
        Journal::resume(&case.path(), &case.world).err(),
        Journal::begin(&place, &case.plan, Owner::default(), [8; 16], &case.world).err(),
    ] {
        let error = refused.unwrap();
        assert!(
            matches!(&error, Error::Unavailable(_)) && error.to_string().contains("run.journal"),
            "{error}"
        );
    }
    assert!(look(&case.path()).unwrap().in_use);
    drop(held);
    let taken = Journal::begin(&place, &case.plan, Owner::default(), [8; 16], &case.world).err().unwrap();
    assert!(matches!(&taken, Error::CannotCreate(_)), "a run is never overwritten: {taken}");
    assert!(Journal::resume(&case.path(), &case.world).is_ok());
}

#[test]
fn old_journals_go_when_a_new_run_starts_and_strangers_stay() {
    let case = Case::of(KEYED, 1, 2);
    let folder = case.folder.path().join("state");
    let begin =
        |run| Journal::begin(&Place::Folder(folder.clone()), &case.plan, Owner::default(), run, &case.world);
    drop(begin([1; 16]).unwrap());
    let held = begin([2; 16]).unwrap();
    fs::write(folder.join("mine.journal"), "x").unwrap();
    let written = fs::metadata(folder.join("mine.journal")).unwrap().modified().unwrap();
    let written = written.duration_since(std::time::UNIX_EPOCH).unwrap();
    let day = Duration::from_secs(86_400);
    for (age, kept) in [(day * 29, 3), (day * 31, 2)] {
        *case.world.now.lock().unwrap() = (written + age).saturating_sub(Duration::from_secs(1_767_225_600));
        shelf::clean(&folder, case.world.now().unwrap().max(written + age));
        let journals = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let journals = journals.filter(|path| path.extension().is_some_and(|ending| ending == "journal"));
        assert_eq!(journals.count(), kept, "after {age:?}: one is in use, one is not ours");
    }
    drop(held);
}
