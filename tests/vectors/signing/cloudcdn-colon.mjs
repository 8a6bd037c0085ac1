// Writes cloudcdn-colon.json beside itself: `node cloudcdn-colon.mjs`.
//
// The rule is the one of CloudCDN's API document (operation verifySignedUrl): HMAC-SHA256 in lower-case hex
// over `{path}:{expires}`, the values as they are after URL decoding. Node's crypto computes it; nothing of
// stratos is used.
import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";

const KEY = "colon-key-5b1f0c2e9d7a4468";
const BASE = "https://cdn.example.com";
const UNTIL = 1893456000;

const cases = [
  { name: "plain", path: "/videos/intro.mp4" },
  { name: "root", path: "/" },
  { name: "one-letter", path: "/a" },
  { name: "deep", path: "/" + Array.from({ length: 120 }, (_, n) => `level-${n}`).join("/") },
  { name: "fifty-five-bytes", path: "/" + "p".repeat(55 - 1 - 11) },
  { name: "fifty-six-bytes", path: "/" + "p".repeat(56 - 1 - 11) },
  { name: "sixty-four-bytes", path: "/" + "p".repeat(64 - 1 - 11) },
  { name: "one-hundred-nineteen-bytes", path: "/" + "p".repeat(119 - 1 - 11) },
  { name: "one-hundred-twenty-bytes", path: "/" + "p".repeat(120 - 1 - 11) },
  { name: "colon-in-path", path: "/a:1893456000" },
  { name: "colon-at-the-end", path: "/a:" },
  { name: "space", path: "/my file.txt" },
  { name: "plus", path: "/a+b.txt" },
  { name: "percent-bare", path: "/100%.txt" },
  { name: "percent-escape-as-typed", path: "/a%2Fb%20c.txt" },
  { name: "latin", path: "/café/menü.pdf" },
  { name: "cyrillic", path: "/видео/ролик.mp4" },
  { name: "combining-accent", path: "/cafe\u0301.txt" },
  { name: "right-to-left", path: "/\u0645\u0644\u0641.txt" },
  { name: "above-the-basic-plane", path: "/\u{1f3ac}/\u{20bb7}.mp4" },
  { name: "query", path: "/img.png?width=300&format=webp" },
  { name: "query-empty", path: "/img.png?" },
  { name: "query-unicode", path: "/search?q=日本" },
  { name: "two-question-marks", path: "/a?b?c" },
  { name: "hash", path: "/a#b" },
  { name: "ampersand-equals", path: "/a&b=c.txt" },
  { name: "quotes-and-brackets", path: "/it's-(\"quoted\")-[x]-{y}.txt" },
  { name: "kept-by-encodeURIComponent", path: "/-_.!~*'().txt" },
  { name: "pipe-and-backslash", path: "/a|b\\c.txt" },
  { name: "single-dot", path: "/a/./b.txt" },
  { name: "trailing-slash", path: "/videos/" },
  { name: "expires-small", path: "/a.txt", expires: 1 },
  { name: "expires-2038", path: "/a.txt", expires: 2147483648 },
  { name: "expires-eleven-digits", path: "/a.txt", expires: 99999999999 },
  { name: "key-empty-of-ascii", path: "/a.txt", key: "ключ-🔑-密钥" },
  { name: "key-one-byte", path: "/a.txt", key: "k" },
  { name: "key-one-block", path: "/a.txt", key: "K".repeat(64) },
  { name: "key-longer-than-a-block", path: "/a.txt", key: "K".repeat(65) },
  { name: "key-trailing-newline", path: "/a.txt", key: KEY + "\n" },
  { name: "base-trailing-slash", path: "/a.txt", base: BASE + "/" },
  { name: "base-with-path", path: "/a.txt", base: BASE + "/eu" },
  { name: "base-with-port", path: "/a.txt", base: "http://127.0.0.1:8787" },
];

const vectors = cases.map(({ name, path, expires = UNTIL, key = KEY, base = BASE }) => {
  const message = `${path}:${expires}`;
  const sig = createHmac("sha256", key).update(message, "utf8").digest("hex");
  const query = `path=${encodeURIComponent(path)}&expires=${encodeURIComponent(expires)}&sig=${sig}`;
  return {
    name,
    scheme: "cloudcdn-colon",
    kind: "sign",
    key,
    key_format: "utf8",
    key_id: null,
    url: base,
    params: { path, expires: String(expires) },
    string_to_sign: message,
    expected_url: `${base.replace(/\/$/, "")}/api/signed?${query}`,
    generated_by: "cloudcdn-colon.mjs: the API document's rule, Node's crypto",
  };
});

writeFileSync(new URL("cloudcdn-colon.json", import.meta.url), JSON.stringify(vectors, null, 1) + "\n");
