//! The words of purging: how far a purge has come, who comes first, and what a journal is good for.

use super::{Family, Topic};

const fn word(code: &'static str, cause: &'static str, fix: &'static [&'static str]) -> Topic {
    Topic { code, name: "word of purging", aliases: &[], cause, fix, family: Family::Purging }
}

#[rustfmt::skip]
pub(super) const WORDS: &[Topic] = &[
    word("purge.states",
        "A purge comes to its end in three steps: accepted (the provider said yes), completed (it says that all its edges are done), fresh (somebody looked, and the new bytes came).",
        &["`--wait` asks until it is completed, `--prove all` looks until it is fresh; without them a purge ends when it is accepted.",
          "`completed: unknown` means that the provider cannot be asked: go by `--prove`."]),
    word("purge.in_doubt",
        "The request left, and no answer came: the run was killed, the connection broke, or the server failed. Whether it was purged is not known.",
        &["`stratos purge resume` sends it again where that is harmless, and reports it as `resent`.",
          "Where it is not harmless: look whether it was purged, then `stratos purge resume RUN --resend`."]),
    word("purge.journal",
        "A run of several batches writes a line before each request, so that a second command can finish what a kill, a signal or a refusal left. It is unfinished while a batch is in doubt or not sent.",
        &["`stratos purge history --open` lists what is unfinished, `stratos purge resume --dry-run` shows the requests that are left.",
          "`stratos purge resume` finishes it; `stratos purge history --forget RUN` gives it up, and says what stays unpurged."]),
    word("purge.contradiction",
        "A run is taken up with the account that it began with. A setting, a variable or the profile says something else now, and the rest would be purged somewhere else.",
        &["Leave out the flag or the variable that the message names: the journal knows what was said then.",
          "Where the new account is the right one, give the run up (`purge history --forget RUN`) and purge again."]),
    word("purge.several",
        "`--to` purges at several accounts: all are planned and their credentials found before anything is sent, so one that cannot take part fails the whole.",
        &["`--partial-ok` goes on with the others, and names the one that was left out.",
          "`stratos purge plan --to … --out FILE` writes one plan for all of them; its digest covers the targets and their order."]),
    word("purge.layers",
        "`then` in a profile, or a group of lists, puts one cache before another, so that no edge is refilled by a shield that still has the old copy. What waits for a target that failed is not sent.",
        &["Mend the first target and run `stratos purge resume`: it goes on in the same order.",
          "`--wait` starts a layer only when the one before it is completed, not when it is accepted."]),
    word("purge.partial",
        "Some requests were accepted and others were not, and each of those may be repeated.",
        &["Run the `stratos purge resume` that the message names: it sends what is missing, at every target, and nothing twice.",
          "Without a journal (`--journal none`) purge again what was not accepted; purging twice is harmless at most providers."]),
];
