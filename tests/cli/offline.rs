//! What promises to stay offline asks nobody, however near the CDN is. The system-call trace of the
//! same promise is in tests/edge/offline.rs.

use crate::common::{
    cdn::{Answer, Cdn},
    runner::stratos,
};

const OFFLINE: &[(&[&str], i32)] = &[
    (&["signed", "/a.mp4", "--ttl", "10m"], 0),
    (&["explain", "429"], 0),
    (&["purge", "--tag", "home", "--dry-run"], 0),
    (&["purge", "--everything", "--dry-run"], 0),
    (&["purge", "plan", "--everything"], 0),
    (&["config", "list"], 0),
    (&["schema"], 0),
    (&["version"], 0),
    (&["verify", "--self", "--key", "RWRz5XqU6PTo7SptPKin3gvNhdktiM4RrUX5d8zY20vKB7ySGfFHEu9X"], 66),
];

#[test]
fn offline_commands_connect_to_nobody() {
    let cdn = Cdn::start([Answer::text(200, "ok")]);
    for (args, exit) in OFFLINE {
        let run = stratos(*args)
            .with(&cdn)
            .env("SIGNED_URL_SECRET", "stratos-secret-0123456789")
            .env("CLOUDCDN_PURGE_KEY", "stratos-purge-0123456789")
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", cdn.url())
            .env("http_proxy", cdn.url());
        run.run().exits(*exit);
        assert_eq!(cdn.connections(), 0, "{args:?}");
    }
}
