import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { openPage } from '../harness/browser.ts';
import { patience } from '../harness/deadline.ts';
import { Server } from '../harness/server.ts';
import { ticketOf } from '../harness/session.ts';

/** A dashboard that signs in with the ticket in its address, shows who one is, and opens its socket. */
const script = `
const state = (text) => { const p = document.createElement('p'); p.textContent = text; document.body.append(p); };
const allowed = document.createElement('style');
allowed.nonce = document.querySelector('meta[name=csp-nonce]').content;
allowed.textContent = 'body { color: rgb(1, 2, 3); }';
document.head.append(allowed);
const refused = document.createElement('style');
refused.textContent = 'body { color: rgb(9, 9, 9); }';
document.head.append(refused);
let trusted = 'html is not trusted';
try { document.body.innerHTML = '<b>no</b>'; trusted = 'html is trusted'; } catch { }
const answer = await fetch('/api/v1/session', {
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ticket: location.hash.slice(1) }),
});
history.replaceState(null, '', '/p/default/now');
const me = await answer.json();
const socket = new WebSocket('/ws/human');
socket.onmessage = ({ data }) => state([JSON.parse(data).event, me.kind, getComputedStyle(document.body).color, trusted].join(' / '));
`;

describe('The dashboard', () => {
  it('runs in Chromium under its policy, signs in, and stays signed in', { timeout: patience }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-dist-'));
    after(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(join(folder, 'assets'));
    const page =
      '<!doctype html><html><head><meta name="csp-nonce" content="__NONCE__"><script type="module" src="/assets/app-1.js"></script></head><body></body></html>';
    writeFileSync(join(folder, 'index.html'), page);
    writeFileSync(join(folder, 'assets/app-1.js'), script);
    writeFileSync(join(folder, 'assets/app-1.js.br'), brotliCompressSync(script));
    const server = await Server.start(undefined, { PARLEY_DASHBOARD: folder });
    after(() => server.remove());
    const browser = await openPage(server.url);
    const faults: string[] = [];
    browser.on('pageerror', (error) => faults.push(error.message));

    await browser.goto(`${server.url}/sign-in#${await ticketOf(server.rest(server.adminToken))}`);
    await browser.waitForSelector('p', { timeout: 60_000 });

    assert.equal(await browser.textContent('p'), 'agent:welcome / admin / rgb(1, 2, 3) / html is not trusted', faults.join('\n'));
    const reloaded = await browser.reload();
    assert.equal(reloaded!.status(), 200);
    assert.equal(await browser.evaluate(() => fetch('/api/v1/me').then(({ status }) => status)), 200);
  });
});
