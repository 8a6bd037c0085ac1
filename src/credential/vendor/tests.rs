use super::*;
use crate::{
    context::SystemClock,
    http::{Failure, Policy, Request, Response, Transport},
};
use std::{collections::HashMap, fs, sync::Mutex};

/// A home of the test's own.
struct House {
    home: tempfile::TempDir,
    env: HashMap<&'static str, String>,
    settings: HashMap<&'static str, &'static str>,
}

impl House {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), env: HashMap::new(), settings: HashMap::new() }
    }

    fn with(path: &str, text: &str) -> Self {
        Self::new().file(path, text)
    }

    fn file(self, path: &str, text: &str) -> Self {
        let path = self.home.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        mode(&path, 0o600);
        self
    }

    fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.env.insert(name, value.into());
        self
    }

    fn setting(mut self, name: &'static str, value: &'static str) -> Self {
        self.settings.insert(name, value);
        self
    }

    fn path(&self, path: &str) -> String {
        self.home.path().join(path).display().to_string()
    }

    fn read(&self, files: Files) -> Result<Option<Kept>> {
        self.read_in(files, Some(self.home.path()))
    }

    fn read_in(&self, files: Files, home: Option<&Path>) -> Result<Option<Kept>> {
        let env = |name: &str| self.env.get(name).map(String::as_str);
        let setting = |name: &str| self.settings.get(name).map(|text| (*text).to_owned());
        let bounds = Bounds::default();
        let mut looking =
            Looking { env: &env, home, bounds: &bounds, setting: &setting, warnings: Vec::new() };
        (files.read)(&mut looking)
    }

    /// Where it stands, and each secret as `name=value`.
    fn found(&self, files: Files) -> (String, Vec<String>) {
        let kept = self.read(files).unwrap().expect("something is there");
        let shown = kept.shown.clone();
        let fetched = kept.fetch(|| panic!("no request is needed")).unwrap();
        (shown, spelt(&fetched.pairs))
    }

    /// The reason of a refusal, which ends 78.
    fn refused(&self, files: Files) -> String {
        let error = self.read(files).err().expect("it is refused");
        assert_eq!(error.facts().exit, 78, "{error}");
        error.to_string()
    }
}

fn spelt(pairs: &Pairs) -> Vec<String> {
    pairs.iter().map(|(name, secret)| format!("{name}={}", secret.text().unwrap())).collect()
}

#[cfg(unix)]
fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn mode(_: &Path, _: u32) {}

const ALL: &[Files] =
    &[alibaba::FILES, aws::FILES, bunny::FILES, edgerc::FILES, fastly::FILES, google::FILES, tencent::FILES];

/// Each with a file that it takes, the path first.
const WHOLE: &[(Files, &str, &str)] = &[
    (alibaba::FILES, ".aliyun/config.json", ALIYUN),
    (aws::FILES, ".aws/credentials", "[default]\naws_access_key_id = AK\naws_secret_access_key = SK\n"),
    (bunny::FILES, ".config/bunnynet.json", BUNNY),
    (edgerc::FILES, ".edgerc", EDGERC),
    (google::FILES, ".config/gcloud/application_default_credentials.json", ADC),
    (tencent::FILES, ".tccli/default.credential", "{\"secretId\":\"ID\",\"secretKey\":\"KEY\"}"),
];

const EDGERC: &str = "[default]\r\nhost = akab-h.luna.akamaiapis.net\r\nclient_token = ct\r\nclient_secret = cs=\r\n\
                      access_token = at\r\nmax-body = 131072\r\n\r\n[ccu]\r\nhost = akab-ccu.luna.akamaiapis.net/\r\n\
                      client_token = ct2\r\nclient_secret = cs2\r\naccess_token = at2\r\naccount_key = B-1\r\n\
                      [half]\r\nhost = h\r\nclient_token = t\r\n";
const BUNNY: &str = r#"{"profiles":{"default":{"api_key":"bk"},"stage":{"api_key":"sk","api_url":"https://s.example"},"x":{}}}"#;
const ADC: &str = r#"{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"r","quota_project_id":"q"}"#;
const ALIYUN: &str = r#"{"current":"main","profiles":[{"name":"main","mode":"AK","access_key_id":"i","access_key_secret":"s"},
    {"name":"sts","mode":"StsToken","access_key_id":"i2","access_key_secret":"s2","sts_token":"t2"},
    {"name":"role","mode":"RamRoleArn","access_key_id":"i3"}, {"name":"bare"}]}"#;

#[test]
fn an_empty_home_and_none_at_all_hold_nothing() {
    for files in ALL {
        assert!(House::new().read(*files).unwrap().is_none(), "{}", files.places);
        assert!(House::new().read_in(*files, None).unwrap().is_none(), "{}", files.places);
    }
}

#[cfg(unix)]
#[test]
fn what_others_can_read_is_refused_at_home() {
    for (files, path, text) in WHOLE {
        let house = House::with(path, text);
        assert!(house.read(*files).unwrap().is_some(), "{path}");
        mode(&house.home.path().join(path), 0o640);
        let error = house.read(*files).err().unwrap();
        assert_eq!(error.facts().exit, 77, "{path}: {error}");
        assert!(error.to_string().contains("chmod 600"), "{error}");
        // Out of the home it is a warning, told when the secret is used.
        let away = tempfile::tempdir().unwrap();
        if let Ok(Some(kept)) = house.read_in(*files, Some(away.path())) {
            assert!(!kept.warnings.is_empty(), "{path}");
        }
    }
}

#[test]
fn what_is_no_file_of_the_vendor_is_told_without_its_content() {
    for (files, path, _) in WHOLE {
        for text in ["hunter2", "{\"hunter2\":", "\u{feff}[hunter2", "= hunter2"] {
            let said = House::with(path, text).refused(*files);
            assert!(said.contains("~/") && !said.contains("hunter2"), "{path}: {said}");
        }
        let house = House::with(path, "");
        fs::write(house.home.path().join(path), [0xff, 0xfe]).unwrap();
        assert!(house.refused(*files).contains("no text"), "{path}");
    }
    let house = House::with(".config/fastly/config.toml", "[profile.a]\ntoken = \"hunter2\nx = 1");
    let said = house.refused(fastly::FILES);
    assert!(said.contains("line 2") && !said.contains("hunter2"), "{said}");
}

#[test]
fn a_file_that_a_variable_names_must_be_there() {
    let named = [
        (edgerc::FILES, "AKAMAI_EDGERC"),
        (aws::FILES, "AWS_SHARED_CREDENTIALS_FILE"),
        (aws::FILES, "AWS_CONFIG_FILE"),
        (google::FILES, "GOOGLE_APPLICATION_CREDENTIALS"),
    ];
    for (files, variable) in named {
        let error = House::new().env(variable, "/nosuch/file").read(files).err().unwrap();
        assert_eq!(error.facts().exit, 66, "{error}");
        assert!(error.to_string().contains(variable), "{error}");
    }
}

#[test]
fn edgerc_has_sections_and_its_host_is_the_address() {
    let house = House::with(".edgerc", EDGERC);
    let kept = house.read(edgerc::FILES).unwrap().unwrap();
    assert_eq!(kept.url.as_deref(), Some("https://akab-h.luna.akamaiapis.net"));
    assert_eq!(kept.settings, [("max_body", "131072".to_owned())]);
    let (shown, secrets) = house.found(edgerc::FILES);
    assert_eq!(shown, "~/.edgerc [default]");
    assert_eq!(secrets, ["client_token=ct", "client_secret=cs=", "access_token=at"]);
    let kept = House::with(".edgerc", EDGERC).setting("edgerc_section", "ccu");
    let kept = kept.read(edgerc::FILES).unwrap().unwrap();
    assert_eq!(kept.shown, "~/.edgerc [ccu]");
    assert_eq!(kept.url.as_deref(), Some("https://akab-ccu.luna.akamaiapis.net"));
    assert_eq!(kept.settings, [("account_switch_key", "B-1".to_owned())]);
    let other =
        |section| House::with(".edgerc", EDGERC).setting("edgerc_section", section).refused(edgerc::FILES);
    assert!(other("nosuch").contains("it has default, ccu, half"), "{}", other("nosuch"));
    assert!(other("half").contains("[half] has no client_secret"), "{}", other("half"));
}

#[test]
fn a_sections_variables_come_before_the_file() {
    let house = House::with(".edgerc", EDGERC).setting("edgerc_section", "my-ccu");
    let house = house.env("AKAMAI_MY_CCU_HOST", "v.example").env("AKAMAI_MY_CCU_CLIENT_TOKEN", "vt");
    assert!(house.refused(edgerc::FILES).contains("env:AKAMAI_MY_CCU_* has no client_secret"));
    let house = house.env("AKAMAI_MY_CCU_CLIENT_SECRET", "vs").env("AKAMAI_MY_CCU_ACCESS_TOKEN", "va");
    let (shown, secrets) = house.found(edgerc::FILES);
    assert_eq!(shown, "env:AKAMAI_MY_CCU_*");
    assert_eq!(secrets, ["client_token=vt", "client_secret=vs", "access_token=va"]);
    // Without a home there is still the environment.
    assert!(house.read_in(edgerc::FILES, None).unwrap().is_some());
}

#[test]
fn bunnys_file_has_profiles_and_addresses() {
    let (shown, secrets) = House::with(".bunnynet.json", BUNNY).found(bunny::FILES);
    assert_eq!((shown.as_str(), secrets[0].as_str()), ("~/.bunnynet.json [default]", "api_key=bk"));
    let house = House::with(".bunnynet.json", BUNNY).file(".config/bunnynet.json", BUNNY);
    assert_eq!(house.found(bunny::FILES).0, "~/.config/bunnynet.json [default]");
    let folder = house.path("own");
    let house = house.file("own/bunnynet.json", BUNNY).env("XDG_CONFIG_HOME", folder);
    assert_eq!(house.found(bunny::FILES).0, "~/own/bunnynet.json [default]");
    let stage = house.setting("bunnynet_profile", "stage").read(bunny::FILES).unwrap().unwrap();
    assert_eq!(stage.url.as_deref(), Some("https://s.example"));
    let other =
        |name| House::with(".bunnynet.json", BUNNY).setting("bunnynet_profile", name).refused(bunny::FILES);
    assert!(other("x").contains("has no api_key") && other("y").contains("it has default, stage, x"));
}

#[test]
fn fastlys_token_is_found_in_both_layouts() {
    let older = "[fastly]\napi_endpoint = \"https://api.fastly.com\"\n[profile.work]\ndefault = true\n\
                 token = \"w\"\n[profile.home]\ntoken = \"h\"\n[profile.empty]\ntoken = \"\"\n";
    let newer = "[auth]\ndefault = \"main\"\n[auth.tokens.main]\ntype = \"static\"\ntoken = \"m\"\n";
    let at = ".config/fastly/config.toml";
    assert_eq!(
        House::with(at, older).found(fastly::FILES),
        ("~/.config/fastly/config.toml [work]".to_owned(), vec!["token=w".to_owned()])
    );
    let kept = House::with(at, older).read(fastly::FILES).unwrap().unwrap();
    assert_eq!(kept.url.as_deref(), Some("https://api.fastly.com"));
    assert_eq!(House::with(at, older).setting("fastly_profile", "home").found(fastly::FILES).1, ["token=h"]);
    assert_eq!(House::with(at, newer).found(fastly::FILES).1, ["token=m"]);
    assert_eq!(House::with(at, &format!("{newer}{older}")).found(fastly::FILES).1, ["token=m"]);
    assert!(House::with(at, "[cli]\nversion = \"1\"\n").read(fastly::FILES).unwrap().is_none());
    assert!(
        House::with(at, older).setting("fastly_profile", "empty").refused(fastly::FILES).contains("work")
    );
    let undecided = older.replace("default = true\n", "");
    assert!(House::with(at, &undecided).refused(fastly::FILES).contains("fastly_profile"));
}

#[test]
fn googles_file_is_the_secret_and_names_its_project() {
    let usual = ".config/gcloud/application_default_credentials.json";
    let (shown, secrets) = House::with(usual, ADC).found(google::FILES);
    assert_eq!((shown, secrets), (format!("~/{usual}"), vec![format!("service_account={ADC}")]));
    let key = r#"{"type":"service_account","client_email":"e","private_key":"k","project_id":"p"}"#;
    let house = House::with(usual, ADC).file("key.json", key);
    let named = house.path("key.json");
    let house = house.env("GOOGLE_APPLICATION_CREDENTIALS", named);
    let kept = house.read(google::FILES).unwrap().unwrap();
    assert_eq!((kept.shown.as_str(), kept.settings), ("~/key.json", vec![("project", "p".to_owned())]));
    assert!(house.read_in(google::FILES, None).unwrap().is_some(), "a variable needs no home");
    let house = House::new().file("sdk/application_default_credentials.json", ADC);
    let folder = house.path("sdk");
    assert!(house.env("CLOUDSDK_CONFIG", folder).found(google::FILES).0.starts_with("~/sdk/"));
    let half = r#"{"type":"service_account","client_email":"e"}"#;
    assert!(House::with(usual, half).refused(google::FILES).contains("has no private_key"));
    let other = House::with(usual, r#"{"type":"external_account"}"#).refused(google::FILES);
    assert!(other.contains("external_account") && other.contains("print-access-token"), "{other}");
}

#[test]
fn alibabas_current_profile_counts_and_roles_are_refused() {
    let at = ".aliyun/config.json";
    let (shown, secrets) = House::with(at, ALIYUN).found(alibaba::FILES);
    assert_eq!(shown, "~/.aliyun/config.json [main]");
    assert_eq!(secrets, ["access_key_id=i", "access_key_secret=s"]);
    let sts = House::with(at, ALIYUN).setting("aliyun_profile", "sts").found(alibaba::FILES).1;
    assert_eq!(sts, ["access_key_id=i2", "access_key_secret=s2", "session_token=t2"]);
    let other = |name| House::with(at, ALIYUN).setting("aliyun_profile", name).refused(alibaba::FILES);
    assert!(other("role").contains("mode RamRoleArn") && other("bare").contains("no access_key_id"));
    assert!(other("nosuch").contains("it has main, sts, role, bare"));
}

#[test]
fn tencents_credential_is_a_users_alone() {
    let pair = "{\"secretId\":\"ID\",\"secretKey\":\"KEY\"}";
    let house = House::with(".tccli/default.credential", pair);
    assert_eq!(house.found(tencent::FILES).1, ["secret_id=ID", "secret_key=KEY"]);
    let house = House::with(".tccli/ops.credential", pair).setting("tccli_profile", "ops");
    assert_eq!(house.found(tencent::FILES).0, "~/.tccli/ops.credential");
    for name in ["nosuch", "../.ssh/id"] {
        House::with(".tccli/default.credential", pair).setting("tccli_profile", name).refused(tencent::FILES);
    }
    let half = House::with(".tccli/default.credential", "{\"secretId\":\"ID\"}").refused(tencent::FILES);
    assert!(half.contains("has no secretKey"), "{half}");
    let role = "{\"secretId\":\"ID\",\"secretKey\":\"KEY\",\"token\":\"T\"}";
    assert!(House::with(".tccli/default.credential", role).refused(tencent::FILES).contains("temporary"));
}

/// Answers each request in turn, and keeps it.
struct Script {
    answers: Mutex<Vec<(u16, &'static str)>>,
    asked: Mutex<Vec<Request>>,
}

impl Transport for Script {
    fn send(&self, request: &Request, _: &Policy) -> std::result::Result<Response, Failure> {
        self.asked.lock().unwrap().push(request.clone());
        let (status, body) = self.answers.lock().unwrap().remove(0);
        let (headers, body) = (Vec::new(), body.as_bytes().to_vec());
        Ok(Response { status, headers, body, attempts: 1, elapsed: std::time::Duration::ZERO })
    }
}

/// What a house's errand brings, and what it asked.
fn errand(house: &House, files: Files, answers: &[(u16, &'static str)]) -> (Result<Pairs>, Vec<Request>) {
    let (fetched, asked) = lasting(house, files, answers);
    (fetched.map(|fetched| fetched.pairs), asked)
}

/// As [`errand`], with when the keys end.
fn lasting(house: &House, files: Files, answers: &[(u16, &'static str)]) -> (Result<Fetched>, Vec<Request>) {
    let script = Script { answers: Mutex::new(answers.to_vec()), asked: Mutex::default() };
    let console = Console { quiet: true, terminal: false, color: false, verbose: 0 };
    let policy = Policy { retries: 0, ..Policy::default() };
    let client = Client { policy, transport: &script, clock: &SystemClock, console };
    let kept = house.read(files).unwrap().unwrap();
    let pairs = kept.fetch(|| Ok(client));
    (pairs, script.asked.into_inner().unwrap())
}

const ROLE: &str = "[profile ci]\nrole_arn = arn:aws:iam::1:role/purge\nweb_identity_token_file = ";

#[test]
fn amazons_files_are_two_and_keys_come_before_a_program() {
    let keys = "[default]\naws_access_key_id = AK\naws_secret_access_key = S/K=\n\n[ci]\naws_access_key_id=CI\n\
                aws_secret_access_key=CS\naws_session_token=CT\n[half]\naws_access_key_id=X\n";
    let config = "[default]\nregion = eu-west-1\ncredential_process = /nosuch/program\ns3 =\n  x = y\n\
                  [profile only]\naws_access_key_id = O\naws_secret_access_key = OS\n";
    let house = || House::with(".aws/credentials", keys).file(".aws/config", config);
    let (shown, secrets) = house().found(aws::FILES);
    assert_eq!(shown, "~/.aws/credentials [default]");
    assert_eq!(secrets, ["access_key_id=AK", "secret_access_key=S/K="]);
    let (_, secrets) = house().setting("aws_profile", "ci").found(aws::FILES);
    assert_eq!(secrets, ["access_key_id=CI", "secret_access_key=CS", "session_token=CT"]);
    assert_eq!(house().setting("aws_profile", "only").found(aws::FILES).0, "~/.aws/config [only]");
    assert!(house().setting("aws_profile", "half").refused(aws::FILES).contains("no aws_secret_access_key"));
    let other = house().setting("aws_profile", "nosuch").refused(aws::FILES);
    assert!(other.contains("it has default, ci, half") && other.contains("only"), "{other}");
}

#[cfg(unix)]
#[test]
fn settings_without_a_key_may_be_read_by_all_and_changed_by_none() {
    let house = House::with(".aws/config", "[default]\ncredential_process = /bin/true\n");
    let path = house.home.path().join(".aws/config");
    mode(&path, 0o644);
    assert!(house.read(aws::FILES).unwrap().unwrap().warnings.is_empty());
    for bad in [0o664, 0o646] {
        mode(&path, bad);
        assert_eq!(house.read(aws::FILES).err().unwrap().facts().exit, 77, "{bad:o}");
    }
}

#[cfg(unix)]
#[test]
fn a_credential_process_prints_keys_and_is_run_when_they_are_wanted() {
    let run = |script: &str| {
        let house = House::with("keys.sh", script);
        let config = format!("[default]\ncredential_process = sh '{}'\n", house.path("keys.sh"));
        errand(&house.file(".aws/config", &config), aws::FILES, &[])
    };
    let good = r#"echo '{"Version":1,"AccessKeyId":"P","SecretAccessKey":"PS","SessionToken":"PT"}'"#;
    let (pairs, asked) = run(good);
    assert_eq!(spelt(&pairs.unwrap()), ["access_key_id=P", "secret_access_key=PS", "session_token=PT"]);
    assert!(asked.is_empty());
    for bad in ["echo hunter2", r#"echo '{"Version":2,"AccessKeyId":"P"}'"#, r#"echo '{"Version":1}'"#] {
        let error = run(bad).0.unwrap_err();
        assert_eq!(error.facts().exit, 65, "{error}");
        assert!(error.to_string().contains("credential_process") && !error.to_string().contains("hunter2"));
    }
    assert_eq!(run("exit 3").0.unwrap_err().facts().exit, 69);
    let open = House::with(".aws/config", "[default]\ncredential_process = 'sh\n");
    assert!(open.refused(aws::FILES).contains("quotes"));
}

#[test]
fn a_role_by_web_identity_takes_one_request_without_keys() {
    let answer = "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>W\
                  </AccessKeyId><SecretAccessKey>WS&amp;</SecretAccessKey><SessionToken>WT</SessionToken></Credentials>\
                  </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
    let house = House::with("token", "header.claims.signature\n");
    let token = house.path("token");
    let house =
        house.env("AWS_WEB_IDENTITY_TOKEN_FILE", token).env("AWS_ROLE_ARN", "arn:aws:iam::1:role/p+q");
    let (pairs, asked) = errand(&house, aws::FILES, &[(200, answer)]);
    assert_eq!(spelt(&pairs.unwrap()), ["access_key_id=W", "secret_access_key=WS&", "session_token=WT"]);
    let body = String::from_utf8(asked[0].body.clone()).unwrap();
    assert_eq!(asked[0].url, "https://sts.amazonaws.com/");
    assert_eq!(
        body,
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fp%2Bq\
         &RoleSessionName=stratos&WebIdentityToken=header%2Eclaims%2Esignature"
    );
    assert!(
        asked[0].carries_credential() && asked[0].headers.iter().all(|(name, _)| name != "Authorization")
    );
    let refusal = "<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>bad token</Message></Error></ErrorResponse>";
    let error = errand(&house, aws::FILES, &[(400, refusal)]).0.unwrap_err();
    assert!(error.facts().exit == 77 && error.to_string().contains("bad token"), "{error}");
    assert_eq!(errand(&house, aws::FILES, &[(200, "<x/>")]).0.unwrap_err().facts().exit, 65);
    let region = house.env("AWS_REGION", "cn-north-1");
    let asked = errand(&region, aws::FILES, &[(200, answer)]).1;
    assert_eq!(asked[0].url, "https://sts.cn-north-1.amazonaws.com.cn/");
    assert!(region.env("AWS_REGION", "evil.example/x").refused(aws::FILES).contains("no region"));
}

#[test]
fn a_profiles_own_role_is_taken_and_one_through_another_profile_refused() {
    let house = House::with("token", "t");
    let config = format!("{ROLE}{}\nregion = eu-west-1\n", house.path("token"));
    let house = house.file(".aws/config", &config).setting("aws_profile", "ci");
    let asked = errand(&house, aws::FILES, &[(500, "")]).1;
    assert_eq!(asked[0].url, "https://sts.eu-west-1.amazonaws.com/");
    for by in ["source_profile = a", "credential_source = Environment"] {
        let config = format!("[default]\nrole_arn = arn:x\n{by}\n");
        let said = House::with(".aws/config", &config).refused(aws::FILES);
        assert!(
            said.contains(by.split(' ').next().unwrap()) && said.contains("export-credentials"),
            "{said}"
        );
    }
}

#[test]
fn no_variable_sends_an_identity_to_a_stranger() {
    let house = |url: &str| {
        let house = House::with("token", "t");
        let token = house.path("token");
        let house = house.env("AWS_WEB_IDENTITY_TOKEN_FILE", token).env("AWS_ROLE_ARN", "arn");
        house.env("AWS_ENDPOINT_URL_STS", url)
    };
    for url in ["https://evil.example", "https://amazonaws.com.evil.example", "https://notamazonaws.com"] {
        assert!(house(url).refused(aws::FILES).contains("AWS_ENDPOINT_URL_STS"), "{url}");
    }
    for url in ["https://vpce-1.sts.eu-west-1.vpce.amazonaws.com", "http://127.0.0.1:9"] {
        assert!(house(url).read(aws::FILES).unwrap().is_some(), "{url}");
    }
}

#[test]
fn single_sign_on_takes_what_the_login_left() {
    let config = "[default]\nsso_session = corp\nsso_account_id = 123\nsso_role_name = Purge\n\
                  [sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n";
    let cache = |ends: &str| format!("{{\"accessToken\":\"sso-t\",\"expiresAt\":\"{ends}\"}}");
    // SHA-1 of `corp`, by another tool.
    let at = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
    let house = |ends: &str| House::with(".aws/config", config).file(at, &cache(ends));
    let answer = r#"{"roleCredentials":{"accessKeyId":"R","secretAccessKey":"RS","sessionToken":"RT","expiration":1}}"#;
    for ends in ["2999-01-01T00:00:00Z", "2999-01-01T00:00:00UTC"] {
        let (pairs, asked) = errand(&house(ends), aws::FILES, &[(200, answer)]);
        assert_eq!(spelt(&pairs.unwrap()), ["access_key_id=R", "secret_access_key=RS", "session_token=RT"]);
        assert_eq!(
            asked[0].url,
            "https://portal.sso.eu-west-1.amazonaws.com/federation/credentials?role_name=Purge&account_id=123"
        );
        assert!(asked[0].headers[0].0 == "x-amz-sso_bearer_token" && asked[0].carries_credential());
    }
    let (ended, asked) = errand(&house("2001-01-01T00:00:00Z"), aws::FILES, &[]);
    let ended = ended.unwrap_err();
    assert!(asked.is_empty() && ended.facts().exit == 78 && ended.to_string().contains("aws sso login"));
    assert_eq!(
        errand(&house("2999-01-01T00:00:00Z"), aws::FILES, &[(401, "{}")]).0.unwrap_err().facts().exit,
        77
    );
    assert!(house("soon").refused(aws::FILES).contains("expiresAt"));
    assert!(
        House::with(".aws/config", config).refused(aws::FILES).contains("aws sso login --profile default")
    );
}

#[test]
fn a_machine_is_asked_only_when_the_profile_says_so() {
    let amazon = || House::new().env("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:9/");
    assert!(amazon().read(aws::FILES).unwrap().is_none());
    assert!(amazon().setting("instance_metadata", "false").read(aws::FILES).unwrap().is_none());
    let keys = r#"{"AccessKeyId":"M","SecretAccessKey":"MS","Token":"MT"}"#;
    let house = amazon().setting("instance_metadata", "true");
    let (pairs, asked) = errand(&house, aws::FILES, &[(200, "imds"), (200, "purger\n"), (200, keys)]);
    assert_eq!(spelt(&pairs.unwrap()), ["access_key_id=M", "secret_access_key=MS", "session_token=MT"]);
    let urls: Vec<&str> = asked.iter().map(|request| request.url.as_str()).collect();
    let base = "http://127.0.0.1:9/latest/meta-data/iam/security-credentials/";
    assert_eq!(urls, ["http://127.0.0.1:9/latest/api/token", base, &format!("{base}purger")]);
    let container = House::new().setting("instance_metadata", "true");
    let container = container.env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/x");
    assert_eq!(
        errand(&container, aws::FILES, &[(200, keys)]).1[0].url,
        "http://169.254.170.2/v2/credentials/x"
    );
    let google = House::new().env("GCE_METADATA_HOST", "127.0.0.1:9").setting("instance_metadata", "true");
    let (pairs, asked) =
        errand(&google, google::FILES, &[(200, r#"{"access_token":"ya29","expires_in":60}"#)]);
    assert_eq!(spelt(&pairs.unwrap()), ["access_token=ya29"]);
    assert_eq!(asked[0].url, "http://127.0.0.1:9/computeMetadata/v1/instance/service-accounts/default/token");
    for (files, variable, host) in [
        (aws::FILES, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://evil.example"),
        (google::FILES, "GCE_METADATA_HOST", "evil.example"),
    ] {
        let house = House::new().env(variable, host).setting("instance_metadata", "true");
        assert!(house.refused(files).contains(variable));
    }
}

#[test]
fn a_container_is_asked_where_its_platform_says_so_and_nowhere_else() {
    let keys =
        r#"{"AccessKeyId":"M","SecretAccessKey":"MS","Token":"MT","Expiration":"2026-01-01T00:00:00Z"}"#;
    let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    let house = |url: &str| House::new().setting("instance_metadata", "true").env(full, url);
    assert!(House::new().env(full, "http://127.0.0.1:9/x").read(aws::FILES).unwrap().is_none());
    let fine = [
        "http://127.0.0.1:9/x",
        "http://localhost/x",
        "https://keys.example/x",
        "http://169.254.170.23/v1/x",
    ];
    for url in fine {
        let (fetched, asked) = lasting(&house(url), aws::FILES, &[(200, keys)]);
        assert_eq!(fetched.unwrap().until, Some(Duration::from_secs(1_767_225_600)), "{url}");
        assert_eq!((asked.len(), asked[0].url.as_str()), (1, url));
    }
    for url in
        ["http://169.254.169.254/x", "http://169.254.170.2.evil.example/x", "http://keys.example/x", "keys"]
    {
        assert!(house(url).read(aws::FILES).is_err(), "{url}");
    }
}

#[test]
fn a_containers_token_is_read_from_its_file_first_and_is_one_line() {
    let keys = r#"{"AccessKeyId":"M","SecretAccessKey":"MS"}"#;
    let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    let house = |token: &str| {
        let house = House::with("token", token).setting("instance_metadata", "true");
        let path = house.path("token");
        house.env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", path).env(full, "http://127.0.0.1:9/x")
    };
    let sent = |house: &House| {
        let asked = errand(house, aws::FILES, &[(200, keys)]).1;
        let header = asked[0].headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        assert!(asked[0].carries_credential());
        header.map(|(_, value)| format!("{value:?}")).expect("a token")
    };
    assert!(!sent(&house("from-a-file\n")).contains("from-a-file"), "a secret does not print");
    assert!(house("two\nlines").read(aws::FILES).is_err());
    let named = House::new().setting("instance_metadata", "true").env(full, "http://127.0.0.1:9/x");
    sent(&named.env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "word"));
    // The relative address wins, as in Amazon's own tools.
    let both = house("t").env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x");
    assert_eq!(errand(&both, aws::FILES, &[(200, keys)]).1[0].url, "http://169.254.170.2/v2/x");
    let odd =
        House::new().setting("instance_metadata", "true").env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "x");
    assert!(odd.refused(aws::FILES).contains("begins with /"));
}

#[test]
fn azures_platform_names_a_token_or_the_machine_gives_one() {
    let house = House::with("token", "header.claims.signature\n");
    let path = house.path("token");
    let house = house.env("AZURE_FEDERATED_TOKEN_FILE", path);
    assert_eq!(house.found(azure::FILES).1, ["federated_token=header.claims.signature"]);
    assert!(House::new().env("AZURE_FEDERATED_TOKEN_FILE", "/nosuch/token").read(azure::FILES).is_err());
    assert!(House::new().read(azure::FILES).unwrap().is_none());
    let machine = || House::new().setting("instance_metadata", "true");
    let answer = r#"{"access_token":"eyJ","expires_in":"3599","token_type":"Bearer"}"#;
    let (fetched, asked) = lasting(&machine(), azure::FILES, &[(200, answer)]);
    let fetched = fetched.unwrap();
    assert_eq!((spelt(&fetched.pairs), fetched.until.is_some()), (vec!["access_token=eyJ".to_owned()], true));
    let base = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01\
                &resource=https%3A%2F%2Fmanagement%2Eazure%2Ecom%2F";
    assert_eq!(asked[0].url, base);
    assert!(asked[0].headers.iter().any(|(name, _)| name == "Metadata"));
    let named = machine().setting("client_id", "c&1");
    assert_eq!(errand(&named, azure::FILES, &[(200, answer)]).1[0].url, format!("{base}&client_id=c%261"));
    assert_eq!(errand(&machine(), azure::FILES, &[(200, "{}")]).0.unwrap_err().facts().exit, 65);
}
