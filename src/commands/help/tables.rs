//! What help, the manual page and `schema --v2` say of exit codes and environment variables.

/// Every exit code, in a few words.
#[rustfmt::skip]
pub const EXITS: &[(u8, &str)] = &[
    (0, "done"), (64, "usage"), (65, "data"), (66, "no input"), (69, "unavailable"), (70, "defect"),
    (73, "cannot create"), (74, "input or output"), (75, "try again"), (77, "permission"),
    (78, "configuration"), (130, "SIGINT"), (143, "SIGTERM"),
];

/// Every variable that is read.
#[rustfmt::skip]
pub const ENVIRONMENT: &[(&str, &str)] = &[
    ("CLOUDCDN_URL", "Base URL of the CDN (also CLOUDCDN_BASE_URL)."),
    ("CLOUDCDN_ACCOUNT_KEY", "Control-plane key."),
    ("CLOUDCDN_ACCESS_KEY", "Data-plane key: it reads, writes and deletes storage."),
    ("CLOUDCDN_PURGE_KEY", "Purge key, sent as x-api-key."),
    ("CLOUDCDN_BEARER_TOKEN", "Scoped token, sent as Bearer."),
    ("CLOUDCDN_TIMEOUT", "Deadline of one attempt: 15s, 500ms, or milliseconds."),
    ("CLOUDCDN_RETRIES", "Attempts after the first one."),
    ("SIGNED_URL_SECRET", "Signing key of the schemes cloudcdn and cloudcdn-colon."),
    ("STRATOS_PROFILE", "Profile to use."),
    ("STRATOS_CONFIG", "Configuration file."),
    ("STRATOS_BASE_URL", "Where `upgrade` finds releases: https://host/folder/ or file:///folder."),
    ("STRATOS_CI", "0: no CI here; 1: CI, whatever the other variables say."),
    ("STRATOS_FORCE_TTY", "1: tables and colour without a terminal."),
    ("NO_COLOR", "Anything: no colour."),
    ("CI, GITHUB_ACTIONS, GITLAB_CI, CIRCLECI, JENKINS_URL, TF_BUILD", "In CI results are JSON and info lines are hidden."),
    ("EDITOR, VISUAL", "What `config edit` runs."),
    ("HOME, XDG_CONFIG_HOME", "Where the configuration is looked for."),
    ("XDG_STATE_HOME", "Where journals of purges are kept."),
    ("HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY", "Proxies, also in lower case; loopback is never proxied."),
    ("SSL_CERT_FILE", "Certificate authorities instead of the system's."),
];
