// Writes damaged.json: good links of many schemes, each damaged in one known way, controls that are good, and
// links that nothing explains. Run it with node from anywhere; it imports nothing of ours.
import { writeFileSync } from "node:fs";
import { NOW, SCHEMES, spell } from "./schemes.mjs";

const READY = process.env.SCHEMES?.split(",") ?? Object.keys(SCHEMES).filter((name) => !SCHEMES[name].later);
const cases = [];
const decode = decodeURIComponent;

/** A link by the scheme's signer, `over` being what this one does otherwise. */
function minted(name, over = {}) {
  const scheme = SCHEMES[name];
  const origin = over.origin ?? scheme.origin ?? "https://cdn.example.com";
  const path = over.path ?? (scheme.blob ? "/videos/my%20film.mp4" : "/videos/my%20film.mp4");
  const query = over.query !== undefined ? over.query : scheme.query ? "v=1&w=20" : null;
  const plain = (url) => ({ ...url, path: decode(url.path), query: url.query });
  let seen = { origin, path, query };
  if (scheme.carried) seen = plain(seen);
  const edge = scheme.decoded && !scheme.carried ? plain(seen) : seen;
  const hashed = { ...edge, ...(over.hash_url ? over.hash_url(edge) : {}) };
  const expires = over.expires ?? NOW + 3600;
  const issued = over.issued ?? NOW - 10;
  const written = over.signerKey ?? scheme.key;
  const key = over.keyBytes ?? (["hex", "base64"].includes(scheme.asKey) ? Buffer.from(written, scheme.asKey) : scheme.asKey === "base64url" ? Buffer.from(written, "base64url") : Buffer.from(written));
  const o = {
    seen, hashed, expires, hashedExpires: over.hashedExpires ?? expires, issued, ttl: scheme.ttl, key,
    keyId: over.keyId ?? scheme.keyId, spelling: over.spelling ?? scheme.spelling, ...over.more,
  };
  if (over.hash) o.hash = over.hash;
  if (over.hashedIssued) o.hashedIssued = over.hashedIssued;
  if (over.text) o.text = over.text;
  if (scheme.asKey === "text" && !over.keyBytes) o.key = scheme.hmac || name === "s3" ? key : written;
  if (scheme.asKey === "pem") o.key = written;
  return scheme.link(o);
}

/** One case; `ask` is what the caller knows of key and request. */
function add(kind, name, cause, label, link, ask = {}, looks) {
  const scheme = SCHEMES[name];
  const params = { ...scheme.params, ...ask.params };
  if (scheme.ttl && !["s3", "gcs"].includes(name) && scheme.ttlParam !== false) params[scheme.ttlName ?? "ttl"] ??= String(scheme.ttl);
  if (scheme.alwaysSalt) params.salt ??= scheme.hexSalt;
  const entry = { name: `${name}: ${label}`, kind, scheme: scheme.id, url: link, keys: ask.keys ?? [scheme.public ?? scheme.key], at: ask.at ?? NOW, cause };
  if (ask.keyIds ?? scheme.keyId) entry.key_ids = ask.keyIds ?? [scheme.keyId];
  if (Object.keys(params).length) entry.params = params;
  for (const field of ["ip", "country", "method", "try_hosts", "try_ips"]) if (ask[field]) entry[field] = ask[field];
  if (looks) entry.looks_like = looks;
  cases.push(entry);
}
const damage = (name, cause, label, link, ask, looks) => add("damage", name, cause, label, link, ask, looks);
const control = (name, label, link, ask) => add("control", name, null, label, link, ask);
const hopeless = (name, label, link, ask) => add("hopeless", name, null, label, link, ask);

const upper = (text) => text.replace(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase());
const lower = (text) => text.replace(/%[0-9a-f]{2}/gi, (escape) => escape.toLowerCase());
const onPath = (link, change) => link.replace(/^(https?:\/\/[^/]+)([^?]*)/, (_, origin, path) => origin + change(path));
const flip = (link, at) => link.slice(0, at) + (link[at] === "0" ? "1" : link[at] === "a" ? "b" : link[at] === "A" ? "B" : "a") + link.slice(at + 1);
const seed = (text) => [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
/** Which of several damages this scheme gets, so that each scheme has some and each damage several schemes. */
const takes = (name, label, share) => seed(name + label) % 100 < share;

function everywhere(name) {
  const scheme = SCHEMES[name];
  const good = minted(name);
  const many = good.includes("&");
  const pathy = Boolean(scheme.path);

  // Controls: as it is, and changed without harm.
  control(name, "as minted", good);
  control(name, "with a fragment", `${good}#t=10`);
  if (scheme.keyId && !scheme.verbatim) control(name, "key under no id", good, { keyIds: [] });
  if (scheme.carried) {
    control(name, "slashes of the parameter decoded", good.replaceAll("%2F", "/"));
    control(name, "a space of the parameter as +", good.replace("%20", "+"));
    control(name, "an unread parameter", `${good}&utm_source=mail`);
  }
  if (["nginx", "nginx-bound", "keycdn", "gcore"].includes(name)) control(name, "an unsigned parameter", `${good}&utm_source=mail`);
  if (scheme.decoded && !scheme.carried) {
    control(name, "an escaped letter of the path", good.replace("my", "%6Dy"));
    control(name, "a second slash in the path", good.replace("/videos/my", "/videos//my"));
    control(name, "dot segments in the path", good.replace("/videos/my", "/x/.././videos/my"));
  }
  if (name === "bunny") control(name, "parameters in another order", minted(name, { more: { order: (pairs) => pairs.reverse() } }));
  if (name === "cloudfront") control(name, "its fields in another order", good.replace(/(Expires=\d+)&(Signature=[^&]+)/, "$2&$1"));

  // The link as a whole.
  if (many) damage(name, "url.html-escaped", "& as &amp;", good.replaceAll("&", "&amp;"));
  if (many && takes(name, "numeric", 40)) damage(name, "url.html-escaped", "& as &#38;", good.replaceAll("&", "&#38;"), {}, "url.trailing-text");
  const firstOwn = !scheme.carried && scheme.query;
  if (many && !pathy && !["akamai", "cdn77", "imgix", "cloudinary-token", "waf-hmac", "alibaba-a", "fastly", "bunny-basic"].includes(name)) {
    const bare = firstOwn ? minted(name, { query: null }) : good;
    if (bare.includes("&")) damage(name, "url.shell-mangled", "cut at the first &", bare.split("&")[0], {}, "signature.truncated");
  }
  damage(name, "url.line-wrapped", "a line end inside", `${good.slice(0, good.length - 9)}\n${good.slice(good.length - 9)}`, {}, "signature.truncated");
  if (takes(name, "wrap", 40)) damage(name, "url.line-wrapped", "wrapped with blanks", `${good.slice(0, 30)}\r\n    ${good.slice(30)}`);
  if (!scheme.free && name !== "cf-stream") {
    damage(name, "url.trailing-text", "a full stop behind it", `${good}.`, {}, takes(name, "stop", 50) ? "signature.truncated" : undefined);
    if (takes(name, "bracket", 40)) damage(name, "url.trailing-text", "a bracket and a comma behind it", `${good}),`);
  }
  if (!pathy) damage(name, "url.separators-encoded", "? & = as escapes", good.replace("?", "%3F").replaceAll("&", "%26").replaceAll("=", "%3D"), {}, "path.double-encoded");

  // Path and query on the way.
  if (!scheme.verbatim && good.includes("%20") && !scheme.carried) {
    damage(name, "path.double-encoded", "each % of the path once more", onPath(good, (path) => path.replaceAll("%", "%25")), {}, takes(name, "de", 50) ? "path.not-encoded" : undefined);
    if (!scheme.decoded) {
      damage(name, "path.decoded", "the path decoded", onPath(good, decode), {}, takes(name, "dec", 50) ? "path.not-encoded" : undefined);
      damage(name, "path.plus-for-space", "%20 of the path as +", onPath(good, (path) => path.replaceAll("%20", "+")));
    }
  }
  if (!scheme.verbatim && !scheme.decoded && !scheme.blob && name !== "cf-images" && takes(name, "case", 60)) {
    const link = minted(name, { path: "/videos/a%2Fb%C3%A9.mp4" });
    damage(name, "path.escape-case", "escapes in lower case", onPath(link, lower), {}, "encoding.hex-case");
  }

  // Path and query as hashed. Where the text travels along, nothing else can have been hashed.
  if (!scheme.verbatim) {
    if (!scheme.decoded) damage(name, "path.not-encoded", "decoded path hashed", minted(name, { hash_url: (url) => ({ path: decode(url.path) }) }), {}, "path.double-encoded");
    else damage(name, "path.encoded", "encoded path hashed", minted(name, { hash_url: (url) => ({ path: url.path.replaceAll(" ", "%20") }) }), {}, "path.decoded");
    const slashed = (label, cause, change, looks) => damage(name, cause, label, minted(name, { path: "/videos/film.mp4", hash_url: (url) => ({ path: change(url.path) }) }), {}, looks);
    if (takes(name, "ts", 70)) slashed("a slash hashed at the end", "path.trailing-slash", (path) => `${path}/`, "path.double-slash");
    if (!scheme.decoded || scheme.carried) if (takes(name, "ds", 60)) slashed("two slashes hashed inside", "path.double-slash", (path) => path.replace("videos/", "videos//"));
    if (takes(name, "ls", 70) && !scheme.rootless && name !== "nginx-word") slashed("no slash hashed at the start", "path.leading-slash", (path) => path.slice(1), "host.included");
    if (scheme.query) {
      damage(name, "query.dropped", "path alone hashed", minted(name, { hash_url: () => ({ query: null }) }), {}, "query.extra");
      if (takes(name, "one", 60)) damage(name, "query.dropped", "path alone hashed, one parameter", minted(name, { query: "v=1", hash_url: () => ({ query: null }) }), {}, "query.extra");
    }
    if (!scheme.host && !scheme.hostPart) {
      damage(name, "host.included", "the whole URL hashed", minted(name, { hash_url: (url) => ({ path: url.origin + url.path }) }), {}, takes(name, "hi", 60) ? "path.leading-slash" : undefined);
      if (takes(name, "host", 40)) damage(name, "host.included", "host and path hashed", minted(name, { hash_url: (url) => ({ path: url.origin.slice(8) + url.path }) }), {}, "path.leading-slash");
    }
  }
  if (scheme.query && !scheme.verbatim && name !== "bunny" && !scheme.carried) {
    if (!["cloud-cdn", "media-cdn"].includes(name)) damage(name, "query.reordered", "own parameters change places", good.replace("v=1&w=20", "w=20&v=1"));
    if (takes(name, "extra", 80)) damage(name, "query.extra", "a parameter between", good.replace("v=1&w=20", "v=1&x=9&w=20"), {}, "query.reordered");
    const spaced = minted(name, { query: "v=a%20b&w=20" });
    if (name !== "cf-images") damage(name, "query.plus-for-space", "%20 of the query as +", spaced.replace("v=a%20b", "v=a+b"));
  }
  if (scheme.query && !scheme.carried && !scheme.free && name !== "waf-hmac") {
    damage(name, "query.extra", "a parameter behind", `${minted(name, { query: null })}${pathy ? "?" : "&"}utm_source=mail`, {}, "query.dropped");
  }

  // Encodings of the signature.
  const due = scheme.spelling;
  if (due === "hex") {
    const upper = minted(name, { spelling: "HEX" });
    if (scheme.anyCase) control(name, "in upper case", upper);
    else damage(name, "encoding.hex-case", "in upper case", upper, {}, "path.escape-case");
    if (takes(name, "b64hex", 40) && !pathy) damage(name, "encoding.base64-for-hex", "in base64url", minted(name, { spelling: "url" }));
  } else if (!scheme.escapedSignature && name !== "cf-stream" && name !== "cloudinary") {
    if (!["cloudfront", "cloudfront-custom", "cloudfront-sha256", "cloudfront-ecdsa"].includes(name)) damage(name, "encoding.hex-for-base64", "in hexadecimal", minted(name, { spelling: "hex" }), {}, "hash.other");
    if (!pathy) {
      const odd = signatureWith(name, /[-_~]/, "standard");
      if (odd && due !== "tilde") damage(name, "encoding.base64-alphabet", "in standard base64", minted(name, { ...odd, spelling: due === "url=" ? "b64" : "b64-bare" }), {}, "encoding.padding");
      if (due === "tilde") damage(name, "encoding.base64-alphabet", "in standard base64", minted(name, { spelling: "b64" }), {}, "encoding.padding");
    }
    if (name.startsWith("nginx")) control(name, "with padding", minted(name, { spelling: "url=" }));
    else if (due === "url") damage(name, "encoding.padding", "with padding", minted(name, { spelling: "url=" }), {}, "url.trailing-text");
    if (due === "url=") damage(name, "encoding.padding", "without padding", minted(name, { spelling: "url" }), {}, "signature.truncated");
  }

  // The signature cut short. A public key cannot say what is due.
  if (!scheme.public) {
    if (scheme.ends) damage(name, "signature.truncated", "the last five characters missing", good.slice(0, -5), {}, takes(name, "tr", 50) ? "encoding.padding" : undefined);
    else if (!pathy && name !== "cdn77") {
      const cut = good.replace(/(token=|md5=|st=|Signature=|sign=)([^&]+)/, (_, field, value) => field + value.slice(0, -7));
      if (cut !== good) damage(name, "signature.truncated", "the signature cut short", cut);
    }
  }

  // Keys.
  if (["text"].includes(scheme.asKey)) {
    const key = scheme.key;
    damage(name, "key.trailing-newline", "signed with a line feed", minted(name, { signerKey: `${key}\n` }), {}, takes(name, "nl", 50) ? "text.trailing-newline" : undefined);
    if (takes(name, "nl2", 50)) damage(name, "key.trailing-newline", "the line feed is on this side", good, { keys: [`${key}\n`] });
    damage(name, "key.quoted", "signed with quotes", minted(name, { signerKey: `"${key}"` }));
    if (takes(name, "enc", 60)) {
      const bytes = Buffer.from("00112233445566778899aabbccddeeff", "hex");
      if (scheme.hmac || name === "s3") damage(name, "key.encoding", "text decoded as hexadecimal by the signer", minted(name, { keyBytes: bytes }), { keys: ["00112233445566778899aabbccddeeff"] }, "hash.other");
    }
  }
  if (["hex", "base64", "base64url"].includes(scheme.asKey)) {
    damage(name, "key.encoding", "undecoded by the signer", minted(name, { keyBytes: Buffer.from(scheme.key) }), {}, "key.trailing-newline");
  }
  if (!scheme.public && scheme.asKey !== "seed") {
    const old = scheme.asKey === "hex" ? "ffeeddccbbaa99887766554433221100" : scheme.asKey === "base64" ? Buffer.from("the former key 1").toString("base64") : scheme.asKey === "base64url" ? Buffer.from("the former key 1").toString("base64url") + "==" : "the former key 1";
    const ids = scheme.keyId ? { keyIds: [scheme.keyId, "OLD"] } : {};
    damage(name, "key.other-of-ring", "made with the former key", minted(name, { signerKey: old }), { keys: [scheme.key, old], ...ids }, takes(name, "ring", 50) ? "key.encoding" : undefined);
  }
  if (scheme.keyId) {
    const link = scheme.signedKeyId ? good.replace(`=${scheme.keyId}`, "=9") : minted(name, { keyId: "OTHERID1" });
    if (scheme.signedKeyId || name.startsWith("cloudfront")) damage(name, "key.id-mismatch", "another key id", link, {}, "key.other-of-ring");
  }

  // Digest and text.
  if (scheme.hash) {
    const other = scheme.otherHash ?? { md5: "sha256", sha1: "sha256", sha256: "sha1", sha512: "sha256" }[scheme.hash];
    damage(name, "hash.other", `with ${other}`, minted(name, { hash: other }), {}, takes(name, "hash", 40) ? "signature.truncated" : undefined);
    if (!scheme.verbatim && scheme.hmac && takes(name, "text", 70)) damage(name, "text.trailing-newline", "echo instead of printf", minted(name, { text: (made) => Buffer.concat([Buffer.from(made), Buffer.from("\n")]) }), {}, "key.trailing-newline");
  }

  // Times.
  if (scheme.times === "expires") {
    damage(name, "time.expired", "an hour after its end", good, { at: NOW + 7200 }, "time.zone");
    if (takes(name, "ms", 70) && !scheme.blob) damage(name, "time.milliseconds", "in the link", minted(name, { expires: (NOW + 3600) * 1000 }), {}, "time.expired");
    if (!scheme.verbatim && takes(name, "hms", 70)) damage(name, "time.milliseconds", "in the hashed text", minted(name, { hashedExpires: (NOW + 3600) * 1000 }));
  }
  if (scheme.times === "issued") {
    const late = NOW - scheme.ttl - 400 - (scheme.ttl % 900 === 0 ? 0 : 0);
    if (name !== "alibaba-b") damage(name, "time.expired", "just past its lifetime", minted(name, { issued: late }), {}, "time.zone");
    else damage(name, "time.expired", "long past its lifetime", minted(name, { issued: NOW - 40 * 3600 - 420 }), {}, "time.zone");
    if (name !== "alibaba-b") damage(name, "time.zone", "issued two hours ahead", minted(name, { issued: NOW + 7200 - 30 }), {}, "time.not-yet-valid");
    if (name !== "alibaba-b" && scheme.ttl < 18000) damage(name, "time.zone", "issued five and a half hours behind", minted(name, { issued: NOW - 19800 - 20 }), {}, "time.expired");
    if (name !== "alibaba-b") damage(name, "time.not-yet-valid", "issued 27 minutes ahead", minted(name, { issued: NOW + 27 * 60 }), {}, "time.zone");
    if (scheme.calendar) damage(name, "time.zone", "UTC where UTC+8 is due", minted(name, { issued: NOW - 60, more: { zone: 0 } }), {}, "time.expired");
  }
  if (scheme.start) {
    damage(name, "time.not-yet-valid", "starts in 23 minutes", minted(name, { more: { start: NOW + 23 * 60 } }), {}, "time.zone");
    damage(name, "time.zone", "starts in two hours", minted(name, { expires: NOW + 10800, more: { start: NOW + 7200 } }), {}, "time.not-yet-valid");
    control(name, "with a start", minted(name, { more: { start: NOW - 60 } }));
  }

  // Scope, host, request.
  if (scheme.scope) damage(name, "resource.too-narrow", "another folder", good.replace("/videos/my", "/music/my"), {}, "path.not-encoded");
  if (scheme.scoped) damage(name, "resource.too-narrow", "outside its prefix", minted(name, { query: null, more: { scope: scheme.scoped } }).replace("/videos/my", "/music/my"), {}, "path.not-encoded");
  if (scheme.host || scheme.hostPart) {
    const moved = (origin, ask, cause, label, looks) => damage(name, cause, label, scheme.verbatim ? null : minted(name, { origin, hash_url: () => ({ origin: scheme.origin ?? "https://cdn.example.com" }) }), ask, looks);
    const home = scheme.origin ?? "https://cdn.example.com";
    const away = (from, to) => minted(name, { origin: to, hash_url: () => ({ origin: from }) });
    damage(name, "host.other", "used under an alias", away("https://origin.example.net", home), { try_hosts: ["static.example.org", "origin.example.net"] }, "host.port");
    if (!["s3", "gcs"].includes(name)) damage(name, "host.port", "the default port was signed", away(`${home}:443`, home), {}, "host.other");
    if (!scheme.hostPart && !["s3", "gcs"].includes(name)) damage(name, "host.protocol", "signed for http", away(home.replace("https", "http"), home), {}, "host.other");
    hopeless(name, "signed for a host that is not named", away("https://unknown.example.net", home), { try_hosts: ["static.example.org"] });
  }
  if (scheme.method) {
    damage(name, "method.other", "presigned for PUT", minted(name, { more: { method: "PUT" } }), { method: "GET" });
    damage(name, "method.other", "presigned for GET, used with HEAD", good, { method: "HEAD" });
    control(name, "for PUT", minted(name, { more: { method: "PUT" } }), { method: "PUT" });
  }
  if (scheme.ip === "carried") {
    const bound = minted(name, { more: { ip: "203.0.113.7" } });
    damage(name, "ip.mismatch", "another address", bound, { ip: "198.51.100.9" });
    control(name, "its own address", bound, { ip: "203.0.113.7" });
  }
  if (scheme.hiddenIp) {
    const bound = minted(name, { more: { ip: "203.0.113.7" } });
    const params = { ...scheme.ipParams };
    damage(name, "ip.mismatch", "another address, the right one among those to try", bound, { ip: "198.51.100.9", try_ips: ["192.0.2.1", "203.0.113.7"], params }, "key.other-of-ring");
    control(name, "its own address", bound, { ip: "203.0.113.7", params });
    hopeless(name, "another address, the right one unknown", bound, { ip: "198.51.100.9", try_ips: ["192.0.2.1"], params });
  }
  if (scheme.country) {
    const bound = minted(name, { more: { country: "DE" } });
    damage(name, "country.mismatch", "another country", bound, { country: "FR" }, "ip.mismatch");
    control(name, "its own country", bound, { country: "DE" });
  }
  if (scheme.salt) {
    const salt = scheme.hexSalt ?? "a1b2c3d4e5f60718";
    const ask = { params: { salt } };
    control(name, "with its salt", minted(name, { more: { salt } }), ask);
    damage(name, "key.salt", "the salt left out", minted(name, scheme.alwaysSalt ? { more: { salt: "" } } : {}), ask, "scheme.variant");
    const turned = scheme.hexSalt ? minted(name, { signerKey: salt, more: { salt: scheme.key } }) : minted(name, { signerKey: salt, more: { salt: scheme.key } });
    damage(name, "key.salt", "key and salt exchanged", turned, ask, "key.other-of-ring");
  }

  // Nothing to find.
  hopeless(name, "a key that is not here", minted(name, scheme.asKey === "pem" || scheme.asKey === "seed" ? { text: (made) => Buffer.from("another text") } : { keyBytes: Buffer.from("a key nobody gave") }));
  const place = scheme.ends ? good.length - 3 : good.indexOf("videos/") + 8;
  if (!scheme.free && !scheme.scope) hopeless(name, "one character changed", flip(good, good.lastIndexOf("film") < 0 ? place : good.lastIndexOf("film")));
  if (takes(name, "unsigned", 50)) hopeless(name, "a link that was never signed", "https://cdn.example.com/videos/film.mp4");
}

/** A path for which the signature has characters that differ between alphabets. */
function signatureWith(name, wanted) {
  for (let at = 0; at < 50; at += 1) {
    const over = { path: `/videos/film${at}.mp4` };
    const body = minted(name, over).match(/(token=(?:HS256-)?|md5=|st=|Signature=|secure=)([^&,]+)/)?.[2] ?? "";
    if (wanted.test(body.replace(/=+$/, ""))) return over;
  }
  return null;
}

function special() {
  for (const name of ["cloudcdn", "cloudcdn-colon"]) {
    const other = name === "cloudcdn" ? "cloudcdn-colon" : "cloudcdn";
    damage(name, "scheme.variant", `made as ${other}`, minted(other), {}, "hash.other");
  }
  const name = "cloudcdn";
  const utf8 = (text) => Buffer.byteLength(text), points = (text) => [...text].length;
  for (const path of ["/m%C3%A9dia/film.mp4", "/%E6%97%A5%E6%9C%AC/film.mp4", "/%F0%9F%8E%AC/clip.mp4"]) {
    damage(name, "length.utf8-bytes", `bytes counted in ${decode(path)}`, minted(name, { path, more: { length: utf8 } }), {}, "length.code-points");
    control(name, `units counted in ${decode(path)}`, minted(name, { path }));
  }
  for (const path of ["/%F0%9F%8E%AC/clip.mp4", "/a/%F0%9D%84%9E.mp3"]) damage(name, "length.code-points", `code points counted in ${decode(path)}`, minted(name, { path, more: { length: points } }), {}, "length.utf8-bytes");
  damage(name, "path.double-encoded", "its parameter encoded once more", minted(name).replaceAll("%", "%25"), {}, "path.encoded");
  damage(name, "path.decoded", "the whole link decoded, escapes in the path", decode(minted(name, { path: "/videos/a%2520b.mp4", query: null })), {}, "path.encoded");
  damage(name, "query.extra", "a parameter in the carried path", minted(name, { query: "v=1&utm_source=mail", hash_url: () => ({ query: "v=1" }) }), {}, "query.dropped");
  damage(name, "query.reordered", "parameters of the carried path change places", minted(name, { query: "v=1&w=20", hash_url: () => ({ query: "w=20&v=1" }) }), {}, "query.extra");
  damage(name, "scheme.variant", "the parts without their lengths", minted(name, { text: (made) => made.replace(/(^|\|)\d+:/g, "$1") }), {}, "length.utf8-bytes");
  damage(name, "scheme.variant", "expiry before path", minted(name, { text: (made) => made.replace(/^\d+:(.*)\|\d+:(\d+)$/, "$2:$1") }), {}, "hash.other");
  hopeless(name, "path and key of different links", minted(name, { hash_url: () => ({ path: "/other.mp4" }) }));
  hopeless(name, "a parameter missing", minted(name).replace(/&sig=.*/, ""));
  hopeless(name, "expiry moved on", minted(name, { expires: NOW + 9999, hashedExpires: NOW + 60 }));
  damage(name, "key.blank", "signed with a blank behind the key", minted(name, { signerKey: `${SCHEMES[name].key} ` }), {}, "key.trailing-newline");
  damage(name, "key.quoted", "the quotes are on this side", minted(name), { keys: [`'${SCHEMES[name].key}'`] });
  damage(name, "key.encoding", "decoded as base64 by the signer", minted(name, { keyBytes: Buffer.from("c2VjcmV0LXNlY3JldA==", "base64") }), { keys: ["c2VjcmV0LXNlY3JldA=="] }, "hash.other");
  damage(name, "key.trailing-newline", "signed with CR and LF", minted(name, { signerKey: `${SCHEMES[name].key}\r\n` }));
}

/** What the operators of nginx and lighttpd set, and their signers forget. */
function servers() {
  const address = { params: { secure_link_md5: "$secure_link_expires$uri$remote_addr <secret>" } };
  const bound = minted("nginx", { more: { ip: "203.0.113.7" } });
  control("nginx", "an address by the expression", bound, { ...address, ip: "203.0.113.7" });
  damage("nginx", "ip.mismatch", "another address by the expression", bound, { ...address, ip: "198.51.100.9", try_ips: ["203.0.113.7"] }, "scheme.variant");
  damage("nginx", "scheme.variant", "no address where the expression has one", minted("nginx"), { ...address, ip: "203.0.113.7" }, "ip.mismatch");
  damage("nginx", "scheme.variant", "expiry behind the path", minted("nginx", { text: (made) => made.replace(/^(\d+)(.*)( .*? .*? .*? .*? .*?)$/, "$2$1$3") }), {}, "hash.other");
  damage("nginx", "scheme.variant", "no blank before the key", minted("nginx", { text: (made) => made.replace(` ${SCHEMES.nginx.key}`, SCHEMES.nginx.key) }), {}, "key.blank");
  damage("nginx", "time.milliseconds", "milliseconds in link and text", minted("nginx", { expires: (NOW + 3600) * 1000 }), {}, "time.expired");
  hopeless("nginx", "expiry moved on", minted("nginx", { expires: NOW + 9999, hashedExpires: NOW + 60 }));
  damage("lighttpd", "hash.other", "md5 where hmac-sha256 is set", minted("lighttpd-md5").replace("/secure/", "/dl/"), {}, "scheme.variant");
  damage("lighttpd", "time.expired", "one second past the timeout", minted("lighttpd", { issued: NOW - 61 }), {}, "time.zone");
  damage("lighttpd", "time.not-yet-valid", "one second before the timeout", minted("lighttpd", { issued: NOW + 61 }), {}, "time.expired");
  control("lighttpd", "issued a minute ahead", minted("lighttpd", { issued: NOW + 60 }));
  control("lighttpd", "issued a minute ago", minted("lighttpd", { issued: NOW - 60 }));
  hopeless("lighttpd", "time moved on", minted("lighttpd", { issued: NOW - 5, hashedIssued: NOW - 500 }));
}

/** What only image servers' links suffer. */
function images() {
  control("imgproxy", "a short signature, as the server is set", minted("imgproxy", { more: { size: 8 } }), { params: { signature_size: "8" } });
  damage("imgproxy", "signature.truncated", "the signature cut after its spelling", minted("imgproxy").replace(/(\.com\/)([^/]{40})[^/]+/, "$1$2"), {}, "encoding.padding");
  damage("imgproxy", "key.salt", "the salt of the former server", minted("imgproxy", { more: { salt: "" } }), { params: { salt: "00ff00ff" } }, "key.other-of-ring");
  hopeless("imgproxy", "a salt that is not here", minted("imgproxy", { more: { salt: "0badc0de" } }));
  control("imgproxy", "an option for its end", minted("imgproxy", { path: `/exp:${NOW + 60}/plain/my%20film.png` }));
  damage("imgproxy", "time.expired", "past the option for its end", minted("imgproxy", { path: `/exp:${NOW - 60}/plain/my%20film.png` }), {}, "time.zone");
  hopeless("imgproxy", "the option for its end moved on", minted("imgproxy", { path: `/exp:${NOW + 60}/plain/a.png`, hash_url: () => ({ path: `/exp:${NOW - 60}/plain/a.png` }) }));

  const proxied = "/https%3A%2F%2Fimages.example.net%2Fa%20b.jpg%3Fx%3D1";
  control("imgix", "an image elsewhere", minted("imgix", { path: proxied }));
  damage("imgix", "path.escape-case", "the image elsewhere in lower case", onPath(minted("imgix", { path: proxied }), lower), {}, "encoding.hex-case");
  control("imgix", "no query", minted("imgix", { query: null }));
  hopeless("imgix", "another size", minted("imgix").replace("w=20", "w=2000"));

  damage("thumbor", "path.leading-slash", "the first slash hashed too", minted("thumbor", { text: (made) => `/${made}` }), {}, "path.double-slash");
  control("thumbor", "filters", minted("thumbor", { path: "/300x200/filters:quality(80)/images.example.net/a.jpg" }));
  hopeless("thumbor", "unsafe for the signature", minted("thumbor").replace(/(\.com\/)[^/]+/, "$1unsafe"));
  hopeless("thumbor", "another size", minted("thumbor", { path: "/300x200/a.jpg", hash_url: () => ({ path: "/30x20/a.jpg" }) }));

  const name = "cloudinary";
  control(name, "an unsigned parameter", `${minted(name)}?_a=BAABv`);
  control(name, "another version", minted(name, { more: { version: "v1893456000/" } }));
  control(name, "a long signature", minted(name, { more: { long: true } }));
  control(name, "a transformation", minted(name, { more: { before: "c_fill,w_300/" } }));
  damage(name, "scheme.variant", "the version hashed", minted(name, { text: (made) => `v1/${made}` }), {}, "path.not-encoded");
  damage(name, "hash.other", "short where long is due", minted(name, { hash: "sha256" }), { params: { algorithm: "sha1" } }, "signature.truncated");
  damage(name, "scheme.variant", "long where the account has short ones", minted(name, { more: { long: true } }), { params: { length: "short" } }, "url.trailing-text");
  damage(name, "path.not-encoded", "the decoded id hashed", minted(name, { hash_url: (url) => ({ path: decode(url.path) }) }), {}, "path.double-encoded");
  damage(name, "path.decoded", "the path decoded", onPath(minted(name), decode), {}, "path.not-encoded");
  damage(name, "path.double-encoded", "each % once more", onPath(minted(name), (path) => path.replaceAll("%", "%25")), {}, "path.not-encoded");
  damage(name, "path.plus-for-space", "%20 as +", onPath(minted(name), (path) => path.replaceAll("%20", "+")));
  hopeless(name, "another transformation", minted(name, { more: { before: "c_fill,w_300/" } }).replace("w_300", "w_900"));
  hopeless(name, "another folder", minted(name).replace("videos", "music"));

  const token = "cloudinary-token";
  const list = minted(token, { more: { scope: "/videos/*!/images/*" } });
  control(token, "an access list", list);
  damage(token, "resource.too-narrow", "another folder", list.replace(".com/videos/", ".com/music/"), {}, "path.not-encoded");
  hopeless(token, "its list widened", list.replace("%2fimages%2f*", "%2f*"));
}

for (const name of READY) everywhere(name);
special();
servers();
images();
for (const entry of cases) if (!entry.url) throw new Error(entry.name);
writeFileSync(new URL("damaged.json", import.meta.url), `[\n${cases.map((entry) => JSON.stringify(entry)).join(",\n")}\n]\n`);
const damaged = cases.filter((entry) => entry.kind === "damage");
const count = (list) => new Set(list).size;
console.log(`${damaged.length} damaged links of ${count(damaged.map((entry) => entry.scheme))} schemes, ${count(damaged.map((entry) => entry.cause))} causes, ${damaged.filter((entry) => entry.looks_like).length} look-alikes, ${cases.filter((entry) => entry.kind === "control").length} controls, ${cases.filter((entry) => entry.kind === "hopeless").length} hopeless`);
