//! What the cache stands in front of: a directory, or the built-in sample site.

use axum::body::Bytes;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// A page as the origin gave it.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) body: Bytes,
    pub(super) kind: &'static str,
    pub(super) cache_control: &'static str,
    /// Seconds it may be kept; `None` for not at all.
    pub(super) lifetime: Option<u64>,
    pub(super) tags: Vec<String>,
    pub(super) etag: String,
    pub(super) modified: Option<String>,
    /// How often the origin was asked for this path: a rising one proves a refetch.
    pub(super) serial: u64,
}

/// Why there is no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    /// The path is not one that may be asked for.
    Refused(&'static str),
    /// Nothing is there.
    NotFound,
    /// It is there and larger than this edge serves.
    TooLarge,
}

/// An origin.
pub struct Site {
    root: Option<PathBuf>,
    serials: Mutex<HashMap<String, u64>>,
}

/// One line of `/api/assets`.
#[derive(Debug, Serialize)]
pub(super) struct Asset {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) project: String,
    pub(super) category: String,
    pub(super) format: String,
    pub(super) size: u64,
}

struct Sample {
    path: &'static str,
    cache_control: &'static str,
    lifetime: Option<u64>,
    tags: &'static [&'static str],
    body: &'static str,
}

#[rustfmt::skip]
const SAMPLES: &[Sample] = &[
    Sample { path: "/index.html", cache_control: "public, max-age=300", lifetime: Some(300), tags: &["home", "type-page"],
        body: "<!doctype html>\n<title>stratos dev</title>\n<link rel=\"stylesheet\" href=\"/assets/site.css\">\n<h1>An edge on your own machine</h1>\n<p>Try <a href=\"/news.html\">the news</a>, <a href=\"/assets/logo.svg\">the logo</a>,\n<a href=\"/reports/q3.txt\">a report</a> and <a href=\"/live.json\">what is never cached</a>.\n" },
    Sample { path: "/news.html", cache_control: "public, max-age=60", lifetime: Some(60), tags: &["home", "news", "type-page"],
        body: "<!doctype html>\n<title>News</title>\n<h1>News</h1>\n<p>Tag: news. Lives one minute, unless it is purged.\n" },
    Sample { path: "/assets/site.css", cache_control: "public, max-age=31536000, immutable", lifetime: Some(31_536_000), tags: &["assets", "type-style"],
        body: "body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; }\n" },
    Sample { path: "/assets/logo.svg", cache_control: "public, max-age=86400", lifetime: Some(86_400), tags: &["assets", "type-image"],
        body: "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 24\"><path d=\"M4 18h56M10 12h44M18 6h28\" stroke=\"#346\" stroke-width=\"4\" stroke-linecap=\"round\"/></svg>\n" },
    Sample { path: "/reports/q3.txt", cache_control: "public, max-age=300", lifetime: Some(300), tags: &["reports", "type-document"],
        body: "Third quarter: figures for whoever holds a signed URL.\n" },
    Sample { path: "/live.json", cache_control: "no-store", lifetime: None, tags: &["type-data"],
        body: "{\"live\":true}\n" },
];

/// Files of a directory are kept a minute: long enough to see a HIT, short enough to edit them.
const FILES: (&str, u64) = ("public, max-age=60", 60);
/// The largest file served: pages are held whole.
const LARGEST: u64 = 64 << 20;
/// Bounds of a walk through the directory.
const WALK: (usize, usize) = (10_000, 32);

impl Site {
    /// The built-in pages.
    #[must_use]
    pub fn sample() -> Self {
        Self { root: None, serials: Mutex::default() }
    }

    /// The files below a directory.
    pub fn directory(root: &Path) -> std::io::Result<Self> {
        let root = root.canonicalize()?;
        std::fs::read_dir(&root)?;
        Ok(Self { root: Some(root), serials: Mutex::default() })
    }

    /// The page at this path (percent-encoded, no query).
    pub(super) fn page(&self, path: &str) -> Result<Page, Absent> {
        let segments = segments(path)?;
        let mut page = match &self.root {
            Some(root) => file(root, &segments)?,
            None => sample(&segments)?,
        };
        page.etag = format!("\"{}\"", hex::encode(&Sha256::digest(&page.body)[..12]));
        let mut serials = self.serials.lock().unwrap_or_else(PoisonError::into_inner);
        let serial = serials.entry(segments.join("/")).or_default();
        *serial += 1;
        page.serial = *serial;
        Ok(page)
    }

    /// Every page there is, hidden files and links out of the root left out.
    pub(super) fn assets(&self) -> Vec<Asset> {
        let mut assets = Vec::new();
        match &self.root {
            Some(root) => walk(root, &mut Vec::new(), &mut assets),
            None => {
                assets.extend(SAMPLES.iter().map(|sample| asset(&sample.path[1..], sample.body.len() as u64)))
            }
        }
        assets
    }
}

/// What a page is kept under: the path decoded, so that one file is one object, and the query as sent.
pub(super) fn key(target: &str) -> String {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    match query {
        // No page has a NUL in its path, so an escaped `?` cannot stand for a query.
        Some(query) => format!("{path}\0{query}"),
        None => path.into_owned(),
    }
}

/// The decoded segments of a path that may be asked for.
fn segments(path: &str) -> Result<Vec<String>, Absent> {
    let refused = |why| Err(Absent::Refused(why));
    let Some(rest) = path.strip_prefix('/') else { return refused("the path must begin with /") };
    let mut segments = Vec::new();
    let count = rest.split('/').count();
    for (index, raw) in rest.split('/').enumerate() {
        let Ok(segment) = percent_encoding::percent_decode_str(raw).decode_utf8() else {
            return refused("the path is no UTF-8");
        };
        match &*segment {
            "" if index + 1 == count => segments.push("index.html".to_owned()),
            "" => return refused("the path has an empty segment"),
            "." | ".." => return refused("the path has a dot segment"),
            hidden if hidden.starts_with('.') && !planted!("hidden-files-are-served") => {
                return refused("hidden files are not served");
            }
            // A drive or a stream on Windows, a separator in disguise, or nothing a name should hold.
            odd if odd.contains(['/', '\\', ':']) || odd.chars().any(char::is_control) => {
                return refused("the path has a segment that is no plain name");
            }
            plain => segments.push(plain.to_owned()),
        }
    }
    Ok(segments)
}

fn sample(segments: &[String]) -> Result<Page, Absent> {
    let path = format!("/{}", segments.join("/"));
    let sample = SAMPLES.iter().find(|sample| sample.path == path).ok_or(Absent::NotFound)?;
    Ok(Page {
        body: Bytes::from_static(sample.body.as_bytes()),
        kind: kind(&path),
        cache_control: sample.cache_control,
        lifetime: sample.lifetime,
        tags: sample.tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..Page::default()
    })
}

fn file(root: &Path, segments: &[String]) -> Result<Page, Absent> {
    let mut path = root.join(segments.iter().collect::<PathBuf>());
    if path.is_dir() {
        path.push("index.html");
    }
    let path = path.canonicalize().map_err(|_| Absent::NotFound)?;
    let root = if planted!("links-leave-the-directory") { Path::new("/") } else { root };
    let Ok(below) = path.strip_prefix(root) else {
        return Err(Absent::Refused("the file is a link out of the directory"));
    };
    if below.iter().any(|name| name.as_encoded_bytes().starts_with(b".")) {
        return Err(Absent::Refused("hidden files are not served"));
    }
    let about = path.metadata().map_err(|_| Absent::NotFound)?;
    // A pipe or a device would hold up the edge.
    if !about.is_file() {
        return Err(Absent::NotFound);
    }
    if about.len() > LARGEST {
        return Err(Absent::TooLarge);
    }
    let body = std::fs::read(&path).map_err(|_| Absent::NotFound)?;
    let name = segments.join("/");
    Ok(Page {
        body: body.into(),
        kind: kind(path.to_str().unwrap_or_default()),
        cache_control: FILES.0,
        lifetime: Some(FILES.1),
        tags: tags(&asset(&name, 0)),
        modified: about.modified().ok().map(httpdate::fmt_http_date),
        ..Page::default()
    })
}

/// Tags as CloudCDN's own pages have them: the project (first folder) and the type (extension).
fn tags(asset: &Asset) -> Vec<String> {
    let word = |prefix: &str, text: &str| {
        let plain = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
        (!text.is_empty()).then(|| prefix.chars().chain(plain).collect())
    };
    [word("project-", &asset.project), word("type-", &asset.format)].into_iter().flatten().collect()
}

fn asset(path: &str, size: u64) -> Asset {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let (project, category) = match folders.split_once('/') {
        Some((project, rest)) => (project, rest.rsplit('/').next().unwrap_or_default()),
        None => (folders, ""),
    };
    let format = name.rsplit_once('.').map_or("", |(_, format)| format);
    Asset {
        name: name.to_owned(),
        path: path.to_owned(),
        project: project.to_owned(),
        category: category.to_owned(),
        format: format.to_ascii_lowercase(),
        size,
    }
}

fn walk(folder: &Path, names: &mut Vec<String>, assets: &mut Vec<Asset>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let (Ok(name), Ok(kind)) = (entry.file_name().into_string(), entry.file_type()) else { continue };
        if name.starts_with('.') || assets.len() >= WALK.0 {
            continue;
        }
        names.push(name);
        if kind.is_dir() && names.len() < WALK.1 {
            walk(&entry.path(), names, assets);
        } else if kind.is_file() {
            let size = entry.metadata().map_or(0, |about| about.len());
            assets.push(asset(&names.join("/"), size));
        }
        names.pop();
    }
}

#[rustfmt::skip]
const KINDS: &[(&str, &str)] = &[
    ("html", "text/html; charset=utf-8"), ("htm", "text/html; charset=utf-8"), ("txt", "text/plain; charset=utf-8"),
    ("md", "text/markdown; charset=utf-8"), ("css", "text/css; charset=utf-8"), ("csv", "text/csv; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"), ("mjs", "text/javascript; charset=utf-8"), ("json", "application/json"),
    ("map", "application/json"), ("xml", "application/xml"), ("svg", "image/svg+xml"), ("png", "image/png"),
    ("jpg", "image/jpeg"), ("jpeg", "image/jpeg"), ("gif", "image/gif"), ("webp", "image/webp"), ("avif", "image/avif"),
    ("ico", "image/x-icon"), ("woff", "font/woff"), ("woff2", "font/woff2"), ("ttf", "font/ttf"), ("otf", "font/otf"),
    ("mp4", "video/mp4"), ("webm", "video/webm"), ("mp3", "audio/mpeg"), ("ogg", "audio/ogg"), ("wav", "audio/wav"),
    ("m3u8", "application/vnd.apple.mpegurl"), ("mpd", "application/dash+xml"), ("ts", "video/mp2t"), ("m4s", "video/iso.segment"),
    ("pdf", "application/pdf"), ("zip", "application/zip"), ("gz", "application/gzip"), ("wasm", "application/wasm"),
];

fn kind(path: &str) -> &'static str {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let row = KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(extension));
    row.map_or("application/octet-stream", |(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(path: &str) -> bool {
        matches!(segments(path), Err(Absent::Refused(_)))
    }

    #[test]
    fn a_path_cannot_leave_its_directory() {
        for path in [
            "/..",
            "/../etc/passwd",
            "/a/../b",
            "/%2e%2e/b",
            "/%2E./b",
            "/.",
            "/a/./b",
            "//a",
            "/a//b",
            "a",
            "",
            "/.git/config",
            "/%2egit/config",
            "/a/.env",
            "/a%2fb",
            "/a%5cb",
            "/a\\b",
            "/c:",
            "/a%00b",
            "/a%0ab",
            "/%ff",
            "/..%2f..%2fetc%2fpasswd",
        ] {
            assert!(refusal(path), "{path} was let through: {:?}", segments(path));
        }
    }

    #[test]
    fn plain_paths_are_decoded_once() {
        let read = |path: &str| segments(path).unwrap().join("|");
        assert_eq!(read("/"), "index.html");
        assert_eq!(read("/a/"), "a|index.html");
        assert_eq!(read("/m%C3%A9dia/a%20b.txt"), "média|a b.txt");
        assert_eq!(read("/100%2525"), "100%25");
        assert_eq!(read("/a..b/c."), "a..b|c.");
    }

    #[test]
    fn a_directory_serves_its_files_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        std::fs::create_dir_all(root.join("docs")).unwrap();
        std::fs::write(root.join("docs/index.html"), "docs").unwrap();
        std::fs::write(root.join(".secret"), "hidden").unwrap();
        std::fs::write(folder.path().join("outside"), "outside").unwrap();
        let site = Site::directory(&root).unwrap();
        assert_eq!(site.page("/docs/index.html").unwrap().body, "docs");
        assert_eq!(site.page("/docs").unwrap().body, "docs");
        assert_eq!(site.page("/docs/").unwrap().serial, 2);
        assert_eq!(site.page("/nothing").unwrap_err(), Absent::NotFound);
        assert!(matches!(site.page("/.secret"), Err(Absent::Refused(_))));
        let listed = site.assets();
        assert_eq!(listed.len(), 1, "{listed:?}");
        assert_eq!((&*listed[0].path, listed[0].size), ("docs/index.html", 4));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_within_the_directory_only() {
        use std::os::unix::fs::symlink;
        // A hidden folder would be refused for its name, whatever the link does.
        let folder = tempfile::Builder::new().prefix("site").tempdir().unwrap();
        let root = folder.path().join("root");
        std::fs::create_dir_all(root.join("sub")).unwrap();
        std::fs::write(root.join("sub/a.txt"), "inside").unwrap();
        std::fs::write(root.join(".hidden"), "hidden").unwrap();
        std::fs::write(folder.path().join("outside"), "outside").unwrap();
        symlink("sub/a.txt", root.join("in")).unwrap();
        symlink("../outside", root.join("out")).unwrap();
        symlink("..", root.join("up")).unwrap();
        symlink(".hidden", root.join("shown")).unwrap();
        let site = Site::directory(&root).unwrap();
        assert_eq!(site.page("/in").unwrap().body, "inside");
        for path in ["/out", "/up/outside"] {
            assert_eq!(
                site.page(path).unwrap_err(),
                Absent::Refused("the file is a link out of the directory")
            );
        }
        assert_eq!(site.page("/shown").unwrap_err(), Absent::Refused("hidden files are not served"));
    }

    #[test]
    fn files_are_tagged_with_their_folder_and_type() {
        assert_eq!(tags(&asset("shop (old)/img/a.PNG", 1)), ["project-shop--old-", "type-png"]);
        assert!(tags(&asset("LICENSE", 1)).is_empty());
    }
}
