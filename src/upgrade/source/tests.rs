use super::*;

#[test]
fn addresses_are_https_and_end_in_a_slash() {
    assert_eq!(Source::of("https://h/a", "--from").unwrap(), Source::Web("https://h/a/".into()));
    assert_eq!(Source::of("https://h/a/", "--from").unwrap(), Source::Web("https://h/a/".into()));
    assert_eq!(Source::of(names::BASE, "x").unwrap(), Source::Web(names::BASE.into()));
    for bad in [
        "http://h/a",
        "http://127.0.0.1:1/a",
        "http://localhost/",
        "ftp://h/",
        "https://u:p@h/",
        "https://h/?a=b",
        "https://h/#a",
        "https://",
        "file://host/folder",
        "https://h/?token=u:p@",
        "http://u:p@h/a",
        "file://u:p@h/a",
        "file://",
    ] {
        let error = Source::of(bad, "STRATOS_BASE_URL").unwrap_err();
        assert_eq!(error.facts().exit, 64, "{bad}");
        assert!(error.to_string().starts_with("STRATOS_BASE_URL"), "{error}");
        assert!(!error.to_string().contains("u:p"), "{error}");
    }
    for bad in ["u:p@h/a", "h/a?u:p"] {
        let error = Source::of(bad, "--from").unwrap_err();
        assert_eq!(error.facts().exit, 66, "{bad}");
        assert!(!error.to_string().contains("u:p"), "{error}");
    }
}

#[test]
fn a_path_is_told_by_what_lies_there() {
    let folder = tempfile::tempdir().unwrap();
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let of = |path: &Path| Source::of(&text(path), "--from");
    assert_eq!(of(folder.path()).unwrap(), Source::Folder(folder.path().to_owned()));
    let url = format!("file://{}", text(folder.path()));
    assert_eq!(Source::of(&url, "--from").unwrap(), Source::Folder(folder.path().to_owned()));
    let manifest = folder.path().join("manifest.json");
    assert_eq!(of(&manifest).unwrap_err().facts().exit, 66);
    fs::write(&manifest, "{}").unwrap();
    assert_eq!(of(&manifest).unwrap(), Source::Folder(folder.path().to_owned()));
    let other = folder.path().join("stratos-1.0.0-x86_64-unknown-linux-musl");
    fs::write(&other, "x".repeat(1000)).unwrap();
    let error = of(&other).unwrap_err();
    assert_eq!(error.facts().exit, 65);
    assert!(error.to_string().contains("name the folder that holds its manifest"), "{error}");
    let bundle = folder.path().join("bundle.tar");
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_size(2);
    tar.append_data(&mut header, "manifest.json", &b"{}"[..]).unwrap();
    fs::write(&bundle, tar.into_inner().unwrap()).unwrap();
    assert_eq!(of(&bundle).unwrap(), Source::Bundle(bundle));
}
