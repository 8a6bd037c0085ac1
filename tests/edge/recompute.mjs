// Recomputes CloudCDN signatures with Node's crypto. Reads `form<TAB>secret<TAB>url` lines, prints the bad ones.
import { createHmac } from 'node:crypto';
import { createInterface } from 'node:readline';

let checked = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const [form, secret, text] = line.split('\t');
  const url = new URL(text);
  const [path, expires, signature] = ['path', 'expires', 'sig'].map((name) => url.searchParams.get(name));
  const canonical = form === 'cloudcdn' ? `${path.length}:${path}|${expires.length}:${expires}` : `${path}:${expires}`;
  const want = createHmac('sha256', secret).update(canonical, 'utf8').digest('hex');
  if (want !== signature) console.log(`${form}: ${text}`);
  checked += 1;
}
console.log(`checked ${checked}`);
