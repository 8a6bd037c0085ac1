// Cloudflare's runtime checks with WebCrypto: the WAF's timed HMAC in both of its encodings (it blocks with 403),
// and CloudCDN's /api/signed, of which JavaScript's own string length is the measure.
const KEY = 'stratos-secret-0123456789';
const LIFETIME = 300;
const bytes = (text) => new TextEncoder().encode(text);

async function verifies(message, signature) {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytes(KEY), algorithm, false, ['verify']);
  return crypto.subtle.verify('HMAC', key, signature, bytes(message));
}

// atob overlooks blanks, so the form is held to first.
function decoded(text, form) {
  if (!form.test(text)) throw new Error('malformed');
  return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
}

async function waf(target, form) {
  const [, message, time, written] = /^(.*)[?&]verify=([0-9]{10})-([^&]*)$/.exec(target);
  const valid = await verifies(message + time, decoded(decodeURIComponent(written), form));
  const age = Date.now() / 1000 - Number(time);
  return valid && age >= 0 && age <= LIFETIME ? 200 : 403;
}

async function cloudcdn(query) {
  const [, escaped, expires, hex] = /^\?path=([^&]*)&expires=([0-9]+)&sig=([0-9a-f]{64})$/.exec(query);
  const path = decodeURIComponent(escaped);
  const signature = Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16));
  if (!(await verifies(`${path.length}:${path}|${expires.length}:${expires}`, signature))) return 403;
  return Number(expires) > Date.now() / 1000 ? 200 : 410;
}

async function judge({ pathname, search }) {
  if (pathname === '/__ready') return 200;
  if (pathname === '/api/signed') return cloudcdn(search);
  if (pathname.startsWith('/waf/')) return waf(pathname + search, /^[A-Za-z0-9+/]{43}=$/);
  if (pathname.startsWith('/waf-url/')) return waf(pathname + search, /^[A-Za-z0-9_-]{43}$/);
  return 403;
}

export default {
  async fetch(request) {
    // What does not have the form throws on the way.
    const status = await judge(new URL(request.url)).catch(() => 403);
    return new Response(`${status}\n`, { status });
  },
};
