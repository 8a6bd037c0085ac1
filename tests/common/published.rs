//! A release in a temporary folder, signed with keys that are thrown away. Knows nothing of the library,
//! so that what it writes is a second opinion of how a release looks.

use minisign::KeyPair;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// The first of the dates that a release of the tests bears: 2026-11-21T12:00:00Z.
pub const RELEASED: &str = "2026-11-21T12:00:00Z";
/// Later than any test runs.
pub const EXPIRES: &str = "2100-01-01T00:00:00Z";

/// A pair of keys for one test.
pub struct Keys(KeyPair);

impl Keys {
    /// A new one.
    pub fn new() -> Self {
        Self(KeyPair::generate_unencrypted_keypair().unwrap())
    }

    /// The public half as `--key` takes it: `RW…`.
    pub fn public(&self) -> String {
        self.0.pk.to_base64()
    }

    /// The two lines of a `.pub` file.
    pub fn public_file(&self) -> String {
        self.0.pk.to_box().unwrap().into_string()
    }

    /// The file of the secret half, without a password, as Debian's minisign reads it.
    pub fn secret_file(&self) -> String {
        self.0.sk.to_box(None).unwrap().into_string()
    }

    /// The key's number as minisign shows it.
    pub fn id(&self) -> String {
        let bytes: [u8; 8] = self.0.pk.keynum().try_into().unwrap();
        format!("{:016X}", u64::from_le_bytes(bytes))
    }

    /// A line of install/keys.txt.
    pub fn line(&self, role: &str) -> String {
        format!("{role} {}\n", self.public())
    }

    /// A detached signature with this trusted comment.
    pub fn sign(&self, bytes: &[u8], comment: &str) -> String {
        let untrusted = Some("signature from minisign secret key");
        let signed = minisign::sign(None, &self.0.sk, io::Cursor::new(bytes), Some(comment), untrusted);
        signed.unwrap().into_string()
    }
}

/// A release that is being made.
pub struct Published {
    version: String,
    released: String,
    expires: String,
    files: Vec<(String, Value, Vec<u8>)>,
    extra: Vec<(String, Value)>,
}

impl Published {
    /// Without any file.
    pub fn new(version: &str) -> Self {
        Self {
            version: version.to_owned(),
            released: RELEASED.to_owned(),
            expires: EXPIRES.to_owned(),
            files: Vec::new(),
            extra: Vec::new(),
        }
    }

    /// With other dates, RFC 3339 in UTC.
    pub fn dated(mut self, released: &str, expires: &str) -> Self {
        (self.released, self.expires) = (released.to_owned(), expires.to_owned());
        self
    }

    /// With a member of the manifest added or replaced.
    pub fn member(mut self, name: &str, value: Value) -> Self {
        self.extra.push((name.to_owned(), value));
        self
    }

    /// With a file of any kind.
    pub fn file(mut self, name: &str, kind: &str, target: Option<&str>, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let sha256 = hex::encode(Sha256::digest(&bytes));
        let row =
            json!({ "file": name, "kind": kind, "target": target, "size": bytes.len(), "sha256": sha256 });
        self.files.push((name.to_owned(), row, bytes));
        self
    }

    /// With the bare binary of a label.
    pub fn binary(self, label: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let name = format!("stratos-{}-{label}", self.version);
        self.file(&name, "binary", Some(label), bytes)
    }

    /// The text of its manifest.
    pub fn manifest(&self) -> String {
        let rows: Vec<&Value> = self.files.iter().map(|(_, row, _)| row).collect();
        let mut manifest = json!({
            "schema": 1,
            "name": "stratos",
            "version": self.version,
            "commit": null,
            "released": self.released,
            "expires": self.expires,
            "files": rows,
        });
        for (name, value) in &self.extra {
            manifest[name] = value.clone();
        }
        format!("{manifest:#}\n")
    }

    /// Writes all of it, each file with its signature, into a folder of its own.
    pub fn write(&self, keys: &Keys) -> Written {
        let folder = tempfile::tempdir().unwrap();
        self.write_into(folder.path(), keys);
        Written { folder, version: self.version.clone() }
    }

    /// The same into a folder that is there.
    pub fn write_into(&self, folder: &Path, keys: &Keys) {
        self.files.iter().for_each(|(name, _, bytes)| self.put(folder, keys, name, bytes));
        self.write_manifest_into(folder, keys);
    }

    /// The manifest alone, with its signature, as an installer leaves it.
    pub fn write_manifest_into(&self, folder: &Path, keys: &Keys) {
        self.put(folder, keys, "manifest.json", self.manifest().as_bytes());
    }

    fn put(&self, folder: &Path, keys: &Keys, name: &str, bytes: &[u8]) {
        let comment = format!("stratos {} {name}", self.version);
        fs::write(folder.join(format!("{name}.minisig")), keys.sign(bytes, &comment)).unwrap();
        fs::write(folder.join(name), bytes).unwrap();
    }
}

/// A release on disk; it goes with this value.
pub struct Written {
    folder: TempDir,
    version: String,
}

impl Written {
    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// One of its files.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// The bytes of one of its files.
    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Replaces one of its files, or adds one.
    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// Signs one of its files anew, as this file of this version.
    pub fn resign(&self, keys: &Keys, name: &str, version: &str, signed_as: &str) {
        let signature = keys.sign(&self.read(name), &format!("stratos {version} {signed_as}"));
        self.put(&format!("{name}.minisig"), signature);
    }

    /// Its version.
    pub fn version(&self) -> &str {
        &self.version
    }
}
