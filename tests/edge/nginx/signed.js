// The check of CloudCDN's /api/signed, for njs 0.7: both forms of the canonical string.
import crypto from 'crypto';

const KEY = 'stratos-secret-0123456789';

function same(a, b) {
    if (a.length !== b.length) { return false; }
    let difference = 0;
    for (let i = 0; i < a.length; i++) { difference |= a.charCodeAt(i) ^ b.charCodeAt(i); }
    return difference === 0;
}

// njs counts code points; the scheme counts UTF-16 units: one more for each above U+FFFF.
function units(text) {
    let count = 0;
    for (let i = 0; i < text.length; i++) { count += text.codePointAt(i) > 0xffff ? 2 : 1; }
    return count;
}

function judge(r, canonical) {
    const query = /^[^?]*\?path=([^&]*)&expires=([0-9]+)&sig=([0-9a-f]{64})$/.exec(r.variables.request_uri);
    if (!query) { return 'malformed'; }
    const path = decodeURIComponent(query[1]);
    const want = crypto.createHmac('sha256', KEY).update(canonical(path, query[2])).digest('hex');
    if (!same(want, query[3])) { return 'bad'; }
    return Number(query[2]) < Math.floor(Date.now() / 1000) ? 'expired' : 'ok';
}

function lengths(r) {
    return judge(r, (path, expires) => `${units(path)}:${path}|${expires.length}:${expires}`);
}

function colon(r) {
    return judge(r, (path, expires) => `${path}:${expires}`);
}

export default { lengths, colon };
