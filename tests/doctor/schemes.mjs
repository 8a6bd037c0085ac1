// The signers that damaged links come from: each scheme written down once more from the contracts, with node's
// own crypto and nothing of ours. A signer takes what the link shows (`seen`), what it hashes (`hashed`), and
// whatever a careless one may do otherwise.
import { createCipheriv, createHash, createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";

export const NOW = 1893456000; // 2030-01-01T00:00:00Z

const component = (text) => encodeURIComponent(text);
const strict = (text) => component(text).replace(/[!'()*]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase());
const strictPath = (text) => text.split("/").map(strict).join("/");
const utf16 = (text) => text.length;

export function spell(bytes, how) {
  const standard = bytes.toString("base64");
  switch (how) {
    case "hex": return bytes.toString("hex");
    case "HEX": return bytes.toString("hex").toUpperCase();
    case "b64": return standard;
    case "b64-bare": return standard.replace(/=+$/, "");
    case "url": return bytes.toString("base64url");
    case "url=": return standard.replace(/\+/g, "-").replace(/\//g, "_");
    case "tilde": return standard.replace(/\+/g, "-").replace(/=/g, "_").replace(/\//g, "~");
    default: throw new Error(how);
  }
}

const text = (o, made) => (o.text ? o.text(made) : made);
const mac = (o, hash, made) => createHmac(o.hash ?? hash, o.key).update(text(o, made)).digest();
const digest = (o, hash, ...parts) => {
  const hasher = createHash(o.hash ?? hash);
  for (const part of parts) hasher.update(part);
  return hasher.digest();
};
const target = (url) => url.path + (url.query ? "?" + url.query : "");
const whole = (url) => url.origin + target(url);
const joint = (url) => (url.query ? "&" : "?");
const utc8 = (seconds, zone = 8) => {
  const date = new Date((seconds + zone * 3600) * 1000).toISOString();
  return date.slice(0, 16).replace(/[-:T]/g, "");
};
const stamp = (seconds) => new Date(seconds * 1000).toISOString().replace(/[-:]|\.\d+/g, "");

// Key pairs of the tests' own, made from the text of a well-known PEM is not possible without a file: they are
// read from the vectors' keys, which are public.
import { readFileSync } from "node:fs";
const pem = (name) => readFileSync(new URL(`../vectors/keys/${name}.pem`, import.meta.url), "utf8");
const RSA = pem("rsa-2048");
const RSA_PUBLIC = pem("rsa-2048-public");
const P256 = pem("p-256");
const P256_PUBLIC = pem("p-256-public");
const SEED = Buffer.from("0f1e2d3c4b5a69788796a5b4c3d2e1f000112233445566778899aabbccddeeff", "hex");
const ED25519 = createPrivateKey({ key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), SEED]), format: "der", type: "pkcs8" });

const TEXT = "correct horse battery staple 42";
const HEX = "52a1bc3f00d94e7781aa93c6e2f0b4d8";
const B64 = Buffer.from(HEX, "hex").toString("base64");
const B64URL = Buffer.from("0123456789abcdef0123fbff8bfe7fef", "hex").toString("base64").replace(/\+/g, "-").replace(/\//g, "_");

const jws = (o, header, claims, signer) => {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${o.spelling ? spell(signer(signed), o.spelling) : signer(signed).toString("base64url")}`;
};

// decoded: the edge hashes the decoded path. query: the URL's own query is hashed. host: origin too.
// spelling: of the signature. asKey: how the key is written. ends: the link ends in its signature.
// anyCase: hexadecimal in either case is taken. times: what the link says of time. verbatim: the signed text travels along. later: no row in the table yet.
export const SCHEMES = {
  cloudcdn: {
    id: "cloudcdn", key: TEXT, asKey: "text", decoded: true, carried: true, query: true, spelling: "hex", ends: true, times: "expires", hash: "sha256", hmac: true,
    link(o) {
      const signed = target(o.hashed), expires = String(o.hashedExpires);
      const length = o.length ?? utf16;
      const made = `${length(signed)}:${signed}|${length(expires)}:${expires}`;
      return `${o.seen.origin}/api/signed?path=${component(target(o.seen))}&expires=${o.expires}&sig=${spell(mac(o, "sha256", made), o.spelling)}`;
    },
  },
  "cloudcdn-colon": {
    id: "cloudcdn-colon", key: TEXT, asKey: "text", decoded: true, carried: true, query: true, spelling: "hex", ends: true, times: "expires", hash: "sha256", hmac: true,
    link: (o) => `${o.seen.origin}/api/signed?path=${component(target(o.seen))}&expires=${o.expires}&sig=${spell(mac(o, "sha256", `${target(o.hashed)}:${o.hashedExpires}`), o.spelling)}`,
  },
  cloudfront: {
    id: "cloudfront", key: RSA, public: RSA_PUBLIC, asKey: "pem", keyId: "K2JCJMDEHXQW5F", query: true, host: true, spelling: "tilde", times: "expires",
    link(o) {
      const policy = `{"Statement":[{"Resource":"${whole(o.hashed)}","Condition":{"DateLessThan":{"AWS:EpochTime":${o.hashedExpires}}}}]}`;
      const signature = spell(sign(o.hash ?? "sha1", Buffer.from(text(o, policy)), o.key), o.spelling);
      return `${whole(o.seen)}${joint(o.seen)}Expires=${o.expires}&Signature=${signature}&Key-Pair-Id=${o.keyId}`;
    },
  },
  "cloudfront-custom": {
    id: "cloudfront", key: RSA, public: RSA_PUBLIC, asKey: "pem", keyId: "K2JCJMDEHXQW5F", verbatim: true, scope: true, start: true, ip: "carried", spelling: "tilde", times: "expires",
    link(o) {
      const condition = { DateLessThan: { "AWS:EpochTime": o.expires } };
      if (o.start) condition.DateGreaterThan = { "AWS:EpochTime": o.start };
      if (o.ip) condition.IpAddress = { "AWS:SourceIp": o.ip };
      const policy = JSON.stringify({ Statement: [{ Resource: o.scope ?? `${o.hashed.origin}/videos/*`, Condition: condition }] });
      const signature = spell(sign(o.hash ?? "sha1", Buffer.from(text(o, policy)), o.key), o.spelling);
      return `${whole(o.seen)}${joint(o.seen)}Policy=${spell(Buffer.from(policy), o.spelling)}&Signature=${signature}&Key-Pair-Id=${o.keyId}`;
    },
  },
  "cloudfront-sha256": {
    id: "cloudfront", params: { algorithm: "rsa-sha256" }, key: RSA, public: RSA_PUBLIC, asKey: "pem", keyId: "K2JCJMDEHXQW5F", query: true, host: true, spelling: "tilde", times: "expires",
    link: (o) => SCHEMES.cloudfront.link({ hash: "sha256", ...o }) + "&Hash-Algorithm=SHA256",
  },
  "cloudfront-ecdsa": {
    id: "cloudfront", params: { algorithm: "ecdsa-sha256" }, key: P256, public: P256_PUBLIC, random: true, asKey: "pem", keyId: "K2JCJMDEHXQW5F", query: true, host: true, spelling: "tilde", times: "expires",
    link: (o) => SCHEMES.cloudfront.link({ hash: "sha256", ...o }) + "&Hash-Algorithm=SHA256",
  },
  s3: {
    id: "s3", key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", asKey: "text", keyId: "AKIAIOSFODNN7EXAMPLE", query: true, host: true, verbatim: true, method: true, spelling: "hex", ends: true, times: "issued", ttl: 3600,
    origin: "https://bucket.s3.eu-central-1.amazonaws.com",
    link(o) {
      const [seen, hashed] = [o.seen, o.hashed];
      const date = stamp(o.issued), hashedDate = stamp(o.hashedIssued ?? o.issued);
      const scope = `${date.slice(0, 8)}/eu-central-1/s3/aws4_request`;
      const own = (url) => (url.query ? url.query.split("&") : []);
      const added = [`X-Amz-Algorithm=AWS4-HMAC-SHA256`, `X-Amz-Credential=${strict(`${o.keyId}/${scope}`)}`, `X-Amz-Date=${date}`, `X-Amz-Expires=${o.ttl}`, "X-Amz-SignedHeaders=host"];
      const host = hashed.origin.replace(/^https?:\/\//, "");
      const query = [...own(hashed), ...added].sort().join("&");
      const request = `${o.method ?? "GET"}\n${hashed.path}\n${query}\nhost:${host}\n\nhost\nUNSIGNED-PAYLOAD`;
      const string = `AWS4-HMAC-SHA256\n${hashedDate}\n${scope}\n${createHash("sha256").update(text(o, request)).digest("hex")}`;
      let key = Buffer.concat([Buffer.from("AWS4"), o.key]);
      for (const part of scope.split("/")) key = createHmac("sha256", key).update(part).digest();
      const signature = spell(createHmac("sha256", key).update(string).digest(), o.spelling);
      return `${seen.origin}${seen.path}?${[...own(seen), ...added].join("&")}&X-Amz-Signature=${signature}`;
    },
  },
  bunny: {
    id: "bunny", key: TEXT, asKey: "text", query: true, spelling: "url", times: "expires", hash: "sha256", hmac: true, scoped: "/videos/", country: true, hiddenIp: true,
    link(o) {
      const own = (url) => (url.query ? url.query.split("&").map((pair) => pair.split("=")) : []);
      const pairs = (url) => {
        const all = own(url).map(([name, value]) => [name, decodeURIComponent(value ?? "")]);
        if (o.country) all.push(["token_countries", o.country]);
        if (o.scope) all.push(["token_path", o.scope]);
        return all.sort((a, b) => (a[0] < b[0] ? -1 : 1));
      };
      const shown = (o.order ? o.order(pairs(o.seen)) : pairs(o.seen)).map(([name, value]) => `&${name}=${strict(value)}`).join("");
      const ip = o.ip ? Buffer.from(o.ip.split(".").map(Number)) : Buffer.alloc(0);
      const made = Buffer.concat([Buffer.from(`${o.scope ?? o.hashed.path}${o.hashedExpires}`), ip, Buffer.from(pairs(o.hashed).map((pair) => pair.join("=")).join("&"))]);
      return `${o.seen.origin}${o.seen.path}?token=HS256-${o.ip ? "1-" : ""}${spell(mac(o, "sha256", made), o.spelling)}${shown}&expires=${o.expires}`;
    },
  },
  akamai: {
    id: "akamai-edgeauth", key: HEX, asKey: "hex", query: true, spelling: "hex", ends: true, times: "expires", hash: "sha256", hmac: true, salt: "salt", start: true, ip: "carried", secretParam: true,
    link(o) {
      const field = (expires) => [o.ip && `ip=${o.ip}`, o.start && `st=${o.start}`, `exp=${expires}`, o.scope && `acl=${o.scope}`].filter(Boolean);
      const made = [...field(o.hashedExpires), !o.scope && `url=${target(o.hashed)}`, o.salt && `salt=${o.salt}`].filter(Boolean).join("~");
      return `${whole(o.seen)}${joint(o.seen)}__token__=${[...field(o.expires), `hmac=${spell(mac(o, "sha256", made), o.spelling)}`].join("~")}`;
    },
  },
  fastly: {
    id: "fastly", key: B64, asKey: "base64", spelling: "hex", ends: true, times: "expires", hash: "sha1", hmac: true,
    link: (o) => `${whole(o.seen)}${joint(o.seen)}token=${o.expires}_${spell(mac(o, "sha1", `${o.hashed.path}${o.hashedExpires}`), o.spelling)}`,
  },
  "cloud-cdn": {
    id: "gcp-cloud-cdn", key: B64URL, asKey: "base64url", keyId: "my-key", query: true, host: true, spelling: "url=", ends: true, times: "expires", hash: "sha1", hmac: true, signedKeyId: true,
    link(o) {
      const made = (url, expires) => `${whole(url)}${joint(url)}Expires=${expires}&KeyName=${o.keyId}`;
      return `${made(o.seen, o.expires)}&Signature=${spell(mac(o, "sha1", made(o.hashed, o.hashedExpires)), o.spelling)}`;
    },
  },
  "cloud-cdn-prefix": {
    id: "gcp-cloud-cdn", key: B64URL, asKey: "base64url", keyId: "my-key", verbatim: true, scope: true, spelling: "url=", ends: true, times: "expires", hash: "sha1", hmac: true,
    link(o) {
      const made = `URLPrefix=${spell(Buffer.from(o.scope ?? `${o.hashed.origin}/videos/`), "url=")}&Expires=${o.expires}&KeyName=${o.keyId}`;
      return `${whole(o.seen)}${joint(o.seen)}${made}&Signature=${spell(mac(o, "sha1", made), o.spelling)}`;
    },
  },
  "media-cdn": {
    id: "gcp-media-cdn", key: SEED.toString("base64url") + "=", asKey: "seed", keyId: "my-key", query: true, host: true, spelling: "url=", ends: true, times: "expires", signedKeyId: true,
    link(o) {
      const made = (url, expires) => `${whole(url)}${joint(url)}Expires=${expires}&KeyName=${o.keyId}`;
      return `${made(o.seen, o.expires)}&Signature=${spell(sign(null, Buffer.from(text(o, made(o.hashed, o.hashedExpires))), ED25519), o.spelling)}`;
    },
  },
  "waf-hmac": {
    id: "cloudflare-waf-hmac", key: TEXT, asKey: "text", query: true, spelling: "b64", escapedSignature: true, ends: true, times: "issued", ttl: 10800, hash: "sha256", hmac: true,
    link: (o) => `${whole(o.seen)}${joint(o.seen)}verify=${o.issued}-${component(spell(mac(o, "sha256", `${target(o.hashed)}${o.hashedIssued ?? o.issued}`), o.spelling))}`,
  },
  "cf-images": {
    id: "cloudflare-images", key: TEXT, asKey: "text", query: true, spelling: "hex", ends: true, times: "expires", hash: "sha256", hmac: true,
    link(o) {
      const made = (url, expires) => `${url.path}?${url.query ? url.query + "&" : ""}exp=${expires}`;
      return `${o.seen.origin}${made(o.seen, o.expires)}&sig=${spell(mac(o, "sha256", made(o.hashed, o.hashedExpires)), o.spelling)}`;
    },
  },
  "cf-stream": {
    id: "cloudflare-stream", key: RSA, public: RSA_PUBLIC, asKey: "pem", keyId: "kid-1", verbatim: true, path: true, spelling: "url", times: "expires", start: true, country: true, ip: "carried",
    link(o) {
      const rules = [];
      if (o.ip) rules.push({ type: "ip.src", action: "allow", ip: [o.ip] }, { type: "any", action: "block" });
      if (o.country) rules.push({ type: "ip.geoip.country", action: "allow", country: [o.country] }, { type: "any", action: "block" });
      const claims = { sub: "ea95132c15732412d22c1476fa83f27a", kid: o.keyId, exp: o.expires, ...(o.start && { nbf: o.start }), ...(rules.length && { accessRules: rules }) };
      return `https://customer-abc.cloudflarestream.com/${jws(o, { alg: "RS256", kid: o.keyId }, claims, (signed) => sign("sha256", Buffer.from(text(o, signed)), o.key))}/manifest/video.m3u8`;
    },
  },
  nginx: {
    id: "nginx-secure-link", key: TEXT, asKey: "text", decoded: true, spelling: "url", times: "expires", hash: "md5", hiddenIp: true,
    params: {},
    link(o) {
      const made = `${o.hashedExpires}${o.hashed.path}${o.ip ?? ""} ${o.key}`;
      return `${whole(o.seen)}${joint(o.seen)}md5=${spell(digest(o, "md5", text(o, made)), o.spelling)}&expires=${o.expires}`;
    },
  },
  gcs: {
    id: "gcs-v4", key: RSA, public: RSA_PUBLIC, asKey: "pem", keyId: "signer@project.iam.gserviceaccount.com", query: true, host: true, verbatim: true, method: true, spelling: "hex", ends: true, times: "issued", ttl: 3600,
    origin: "https://storage.googleapis.com",
    link(o) {
      const [seen, hashed] = [o.seen, o.hashed];
      const date = stamp(o.issued), hashedDate = stamp(o.hashedIssued ?? o.issued);
      const scope = `${date.slice(0, 8)}/auto/storage/goog4_request`;
      const own = (url) => (url.query ? url.query.split("&") : []);
      const added = ["X-Goog-Algorithm=GOOG4-RSA-SHA256", `X-Goog-Credential=${strict(`${o.keyId}/${scope}`)}`, `X-Goog-Date=${date}`, `X-Goog-Expires=${o.ttl}`, "X-Goog-SignedHeaders=host"];
      const host = hashed.origin.replace(/^https?:\/\//, "");
      const request = `${o.method ?? "GET"}\n${hashed.path}\n${[...own(hashed), ...added].sort().join("&")}\nhost:${host}\n\nhost\nUNSIGNED-PAYLOAD`;
      const string = `GOOG4-RSA-SHA256\n${hashedDate}\n${scope}\n${createHash("sha256").update(text(o, request)).digest("hex")}`;
      return `${seen.origin}${seen.path}?${[...own(seen), ...added].sort().join("&")}&X-Goog-Signature=${spell(sign("sha256", Buffer.from(string), o.key), o.spelling)}`;
    },
  },
  lighttpd: {
    id: "lighttpd-secdownload", key: TEXT, asKey: "text", decoded: true, spelling: "url", path: true, times: "issued", ttl: 60, hash: "sha256", hmac: true,
    params: { algorithm: "hmac-sha256", prefix: "/dl/" },
    link(o) {
      const hex = (seconds) => seconds.toString(16).padStart(8, "0");
      return `${o.seen.origin}/dl/${spell(mac(o, "sha256", `/${hex(o.hashedIssued ?? o.issued)}${o.hashed.path}`), o.spelling)}/${hex(o.issued)}${target(o.seen)}`;
    },
  },
  "nginx-bound": {
    id: "nginx-secure-link", key: TEXT, asKey: "text", decoded: true, spelling: "url", times: "expires", hash: "md5",
    params: { secure_link: "$arg_st,$arg_e", secure_link_md5: "<secret>|$uri|$secure_link_expires|$host" },
    link(o) {
      const made = `${o.key}|${o.hashed.path}|${o.hashedExpires}|cdn.example.com`;
      return `${whole(o.seen)}${joint(o.seen)}st=${spell(digest(o, "md5", text(o, made)), o.spelling)}&e=${o.expires}`;
    },
  },
  "nginx-word": {
    id: "nginx-secure-link-secret", key: TEXT, asKey: "text", query: true, spelling: "hex", path: true, hash: "md5", anyCase: true,
    params: { prefix: "/p/" },
    link: (o) => `${o.seen.origin}/p/${spell(digest(o, "md5", text(o, `${target(o.hashed).slice(o.hashed.path.startsWith("/") ? 1 : 0)}${o.key}`)), o.spelling)}${target(o.seen)}`,
  },
  "lighttpd-md5": {
    id: "lighttpd-secdownload", key: TEXT, asKey: "text", decoded: true, spelling: "hex", path: true, times: "issued", ttl: 60, hash: "md5", anyCase: true,
    params: { algorithm: "md5", prefix: "/secure/" },
    link(o) {
      const hex = (seconds) => seconds.toString(16).padStart(8, "0");
      return `${o.seen.origin}/secure/${spell(digest(o, "md5", text(o, `${o.key}${o.hashed.path}${hex(o.hashedIssued ?? o.issued)}`)), o.spelling)}/${hex(o.issued)}${target(o.seen)}`;
    },
  },
  ats: {
    id: "ats-url-sig", otherHash: "md5", key: TEXT, asKey: "text", keyId: "3", query: true, spelling: "hex", ends: true, times: "expires", hash: "sha1", hmac: true, hostPart: true, free: true, signedKeyId: true,
    link(o) {
      const fields = (expires) => `E=${expires}&A=1&K=${o.keyId}&P=1&S=`;
      const made = (url, expires) => `${url.origin.replace(/^https?:\/\//, "")}${target(url)}${joint(url)}${fields(expires)}`;
      return `${whole(o.seen)}${joint(o.seen)}${fields(o.expires)}${spell(mac(o, "sha1", made(o.hashed, o.hashedExpires)), o.spelling)}`;
    },
  },
  keycdn: {
    id: "keycdn", key: TEXT, asKey: "text", spelling: "url", times: "expires", hash: "md5",
    link: (o) => `${whole(o.seen)}${joint(o.seen)}token=${spell(digest(o, "md5", text(o, `${o.hashed.path}${o.key}${o.hashedExpires}`)), o.spelling)}&expire=${o.expires}`,
  },
  cdn77: {
    id: "cdn77", key: TEXT, asKey: "text", spelling: "url=", times: "expires", hash: "md5",
    link: (o) => `${whole(o.seen)}${joint(o.seen)}secure=${spell(digest(o, "md5", text(o, `${o.hashedExpires}${o.hashed.path}${o.key}`)), o.spelling)},${o.expires}`,
  },
  gcore: {
    id: "gcore", key: "gcore-secret-key-2030", asKey: "text", spelling: "url", times: "expires", hash: "md5", hiddenIp: true,
    link: (o) => `${whole(o.seen)}${joint(o.seen)}md5=${spell(digest(o, "md5", text(o, `${o.hashedExpires}${o.hashed.path}${o.ip ?? ""} ${o.key}`)), o.spelling)}&expires=${o.expires}`,
  },
  "bunny-basic": {
    id: "bunny-basic", key: TEXT, asKey: "text", spelling: "url", times: "expires", hash: "md5", hiddenIp: true,
    link: (o) => `${whole(o.seen)}${joint(o.seen)}token=${spell(digest(o, "md5", text(o, `${o.key}${o.hashed.path}${o.hashedExpires}${o.ip ?? ""}`)), o.spelling)}&expires=${o.expires}`,
  },
  "alibaba-a": {
    later: true, id: "alibaba-a", key: "aliyuncdnexp1234", asKey: "text", spelling: "hex", ends: true, times: "issued", ttl: 1800, hash: "md5",
    link: (o) => `${whole(o.seen)}${joint(o.seen)}auth_key=${o.issued}-0-0-${spell(digest(o, "md5", text(o, `${o.hashed.path}-${o.hashedIssued ?? o.issued}-0-0-${o.key}`)), o.spelling)}`,
  },
  "alibaba-b": {
    later: true, id: "alibaba-b", key: "aliyuncdnexp1234", asKey: "text", spelling: "hex", path: true, times: "issued", calendar: 8, ttl: 1800, hash: "md5",
    link(o) {
      const time = utc8(o.issued, o.zone);
      return `${o.seen.origin}/${time}/${spell(digest(o, "md5", text(o, `${o.key}${time}${o.hashed.path}`)), o.spelling)}${target(o.seen)}`;
    },
  },
  "tencent-d": {
    later: true, id: "tencent-d", key: "dimtm5evg50ijsx2hvuwyfoiu65", asKey: "text", spelling: "hex", times: "issued", ttl: 1800, hash: "md5",
    link: (o) => `${whole(o.seen)}${joint(o.seen)}sign=${spell(digest(o, "md5", text(o, `${o.key}${o.hashed.path}${o.hashedIssued ?? o.issued}`)), o.spelling)}&t=${o.issued}`,
  },
  "huawei-c1": {
    later: true, id: "huawei-c1", key: "huaweicdnkey1234", asKey: "text", spelling: "hex", path: true, times: "issued", ttl: 1800, hash: "md5",
    link(o) {
      const hex = (seconds) => seconds.toString(16);
      return `${o.seen.origin}/${spell(digest(o, "md5", text(o, `${o.key}${o.hashed.path}${hex(o.hashedIssued ?? o.issued)}`)), o.spelling)}/${hex(o.issued)}${target(o.seen)}`;
    },
  },
  imgproxy: {
    id: "imgproxy", key: HEX, asKey: "hex", salt: "salt", secretParam: true, hexSalt: "520f986b998545b4785e0defbc4f3c1203f22de2374a3d53cb7a7fe9fea309c5", alwaysSalt: true, spelling: "url", path: true, hash: "sha256", hmac: true,
    link(o) {
      const made = Buffer.concat([Buffer.from(o.salt ?? SCHEMES.imgproxy.hexSalt, "hex"), Buffer.from(o.hashed.path)]);
      const signature = mac(o, "sha256", made).subarray(0, o.size ?? 32);
      return `${o.seen.origin}/${spell(signature, o.spelling)}${o.seen.path}`;
    },
  },
  imgix: {
    id: "imgix", key: "FOO123bar", asKey: "text", query: true, spelling: "hex", ends: true, hash: "md5",
    link: (o) => `${whole(o.seen)}${joint(o.seen)}s=${spell(digest(o, "md5", text(o, `${o.key}${target(o.hashed)}`)), o.spelling)}`,
  },
  "imgix-expires": {
    id: "imgix", key: "FOO123bar", asKey: "text", query: true, spelling: "hex", ends: true, times: "expires", hash: "md5",
    link(o) {
      const made = (url, expires) => `${target(url)}${joint(url)}expires=${expires}`;
      return `${o.seen.origin}${made(o.seen, o.expires)}&s=${spell(digest(o, "md5", text(o, `${o.key}${made(o.hashed, o.hashedExpires)}`)), o.spelling)}`;
    },
  },
  thumbor: {
    id: "thumbor", key: TEXT, asKey: "text", spelling: "url=", path: true, rootless: true, hash: "sha1", hmac: true,
    link: (o) => `${o.seen.origin}/${spell(mac(o, "sha1", o.hashed.path.replace(/^\//, "")), o.spelling)}${o.seen.path}`,
  },
  cloudinary: {
    id: "cloudinary", key: "18266f75ed0584c60c810412d53", asKey: "text", spelling: "url", path: true, verbatim: true, hash: "sha1",
    link(o) {
      const [before, after] = [o.before ?? "", o.after ?? ""];
      const made = text(o, `${before}${o.hashed.path.slice(1)}`);
      const signature = spell(digest(o, o.long ? "sha256" : "sha1", made, o.key), o.spelling).slice(0, o.long ? 32 : 8);
      return `${o.seen.origin}/demo/image/upload/s--${signature}--/${before}${o.version ?? "v1/"}${o.seen.path.slice(1)}${after}`;
    },
  },
  "cloudinary-token": {
    id: "cloudinary-token", key: HEX, asKey: "hex", query: true, spelling: "hex", ends: true, times: "expires", hash: "sha256", hmac: true, start: true, ip: "carried",
    link(o) {
      const escaped = (text) => text.replace(/[ "#%&'/:;<=>?@[\\\]^`{|}~]/g, (c) => "%" + c.charCodeAt(0).toString(16).padStart(2, "0"));
      const field = (expires) => [o.ip && `ip=${o.ip}`, o.start && `st=${o.start}`, `exp=${expires}`, o.scope && `acl=${escaped(o.scope)}`].filter(Boolean);
      const made = [...field(o.hashedExpires), !o.scope && `url=${escaped(target(o.hashed))}`].filter(Boolean).join("~");
      return `${whole(o.seen)}${joint(o.seen)}__cld_token__=${[...field(o.expires), `hmac=${spell(mac(o, "sha256", made), o.spelling)}`].join("~")}`;
    },
  },
  "azure-sas": {
    id: "azure-blob-sas", key: B64, asKey: "base64", verbatim: true, blob: true, spelling: "b64", escapedSignature: true, ends: true, times: "expires", start: true, ip: "carried", hash: "sha256", hmac: true,
    link(o) {
      const iso = (seconds) => new Date(seconds * 1000).toISOString().replace(/\.\d+/, "");
      const [st, se] = [o.start ? iso(o.start) : "", iso(o.expires)];
      const made = ["r", st, se, `/blob/myaccount/videos${decodeURIComponent(o.hashed.path.slice("/videos".length))}`, "", o.ip ?? "", "https", "2026-10-06", "b", "", "", "", "", "", "", ""];
      const parts = [o.start && `st=${component(st)}`, `se=${component(se)}`, "sp=r", o.ip && `sip=${o.ip}`, "spr=https", "sv=2026-10-06", "sr=b"].filter(Boolean);
      return `https://myaccount.blob.core.windows.net${o.seen.path}?${parts.join("&")}&sig=${component(spell(mac(o, "sha256", made.join("\n")), o.spelling))}`;
    },
  },
};
