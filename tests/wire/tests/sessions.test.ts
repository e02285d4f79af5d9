import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { makeCertificate, openPage } from '../harness/browser.ts';
import { patience, within } from '../harness/deadline.ts';
import { TestProject } from '../harness/project.ts';
import { Server, startServer } from '../harness/server.ts';
import { CookieClient, post, ticketOf, type Me } from '../harness/session.ts';
import { assertFields, time } from '../harness/shapes.ts';
import type { Frame, Token } from '../harness/wire.ts';

const server = await startServer();
const admin = server.rest(server.adminToken);

/** Opens a socket with a cookie, and waits for its welcome. */
async function connect(client: CookieClient, headers: Record<string, string> = {}): Promise<WebSocket> {
  const socket = new WebSocket(`${client.url.replace('http', 'ws')}/ws/human`, { headers: { cookie: client.cookie, ...headers } });
  after(() => socket.terminate());
  const [data] = (await within('the welcome', once(socket, 'message'))) as [Buffer];
  const welcome = JSON.parse(data.toString()) as Frame;
  assert.equal(welcome.event, 'agent:welcome');
  assert.match((welcome.data as { server_time: string }).server_time, time);
  return socket;
}

async function closeOf(socket: WebSocket): Promise<number> {
  const [code] = (await within('the socket to be closed', once(socket, 'close'))) as [number];
  return code;
}

/** Whether an upgrade is accepted. */
async function opens(client: CookieClient, headers: Record<string, string>): Promise<boolean> {
  const socket = new WebSocket(`${client.url.replace('http', 'ws')}/ws/human`, { headers: { cookie: client.cookie, ...headers } });
  const opened = await within(
    'an answer to the upgrade',
    new Promise<boolean>((resolve) => {
      socket.once('open', () => resolve(true)).once('error', () => resolve(false));
    }),
  );
  socket.terminate();
  return opened;
}

describe('A session', { concurrency: 4 }, () => {
  it('is opened by a link, and says who it is', async () => {
    const client = await CookieClient.signIn(server, await ticketOf(admin));
    const me = (await client.call('GET', 'me')).as<Me>(200);

    assertFields(me, ['kind', 'name', 'agent_id', 'projects', 'may', 'expires_at', 'server']);
    assertFields(me.server, ['version', 'time', 'epoch', 'retention_days']);
    assert.deepEqual([me.kind, me.name, me.agent_id], ['admin', null, null]);
    assert.ok(me.projects.includes('default') && me.may.includes('administer'));
    assert.match(me.server.time, time);
    const days = (Date.parse(me.expires_at!) - Date.now()) / 86_400_000;
    assert.ok(days > 6.9 && days < 7.1, `${days} days`);
    assert.match(client.set, /^parley-\d+=[\w-]{43}; max-age=604\d{3}; path=\/; samesite=strict; httponly$/);
  });

  it('opens sockets and streams', async () => {
    const client = await CookieClient.signIn(server, await ticketOf(admin));
    const socket = await connect(client, { origin: server.url });
    const abort = new AbortController();
    const stream = await fetch(`${server.url}/api/v1/sse/project/default`, { headers: { cookie: client.cookie }, signal: abort.signal });
    assert.equal(stream.status, 200);
    const ended = within(
      'the stream to end',
      stream.text().catch(() => ''),
    );

    const closing = closeOf(socket);

    (await client.call('DELETE', 'session')).isEmpty();

    assert.equal(await closing, 4401);
    await ended;
    (await client.call('GET', 'me')).problem(401, 'unauthorized');
  });

  it('ends with its token, also while a socket is open', async () => {
    const project = await TestProject.create(server);
    const token = await project.token({ kind: 'observer' });
    const client = await CookieClient.signIn(server, await ticketOf(project.as(token.token)));
    assert.deepEqual((await client.call('GET', `me?project_id=${project.id}`)).as<Me>(200).projects, [project.id]);
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/human?project_id=${project.id}`, {
      headers: { cookie: client.cookie },
    });
    await within('the socket to open', once(socket, 'open'));
    const closing = closeOf(socket);

    (await project.admin.delete(`tokens/${token.token_id}`)).succeeds();

    assert.equal(await closing, 4401);
    (await client.call('GET', 'me')).problem(401, 'unauthorized');
  });

  it('has the rights of its token', async () => {
    const observer = (await admin.post('tokens', { kind: 'observer' })).as<Token>();
    const client = await CookieClient.signIn(server, await ticketOf(server.rest(observer.token)));
    (await client.call('POST', 'projects', {}, { project_id: 'not-for-observers' })).problem(403, 'forbidden');
    (await client.call('GET', 'projects')).succeeds(200);
    assert.equal(
      (await client.call('GET', 'me', { authorization: `Bearer ${server.adminToken}` })).as<Me>(200).kind,
      'admin',
      'a token wins',
    );
  });

  it('does not count in what pages of elsewhere ask', async () => {
    const client = await CookieClient.signIn(server, await ticketOf(admin));
    const elsewhere = server.url.replace(/\d+$/, '1');
    for (const headers of [{ origin: elsewhere }, { origin: 'null' }, { origin: 'https://evil.example' }])
      (await client.call('GET', 'me', headers)).problem(403, 'forbidden');
    for (const headers of [{ 'sec-fetch-site': 'same-site' }, { 'sec-fetch-site': 'cross-site' }]) {
      (await client.call('GET', 'me', headers)).problem(401, 'unauthorized');
      assert.equal(await opens(client, headers), false);
    }
    assert.equal(await opens(client, { origin: elsewhere }), false);
    assert.equal(await opens(client, { origin: server.url, 'sec-fetch-site': 'same-origin' }), true);
    (await post(server.url, await ticketOf(admin), { 'sec-fetch-site': 'cross-site' })).problem(403, 'forbidden');
  });

  it('outlives a restart of the server', async () => {
    const first = await Server.start(undefined, { PARLEY_LOG_LEVEL: 'warning' });
    const client = await CookieClient.signIn(first, await ticketOf(first.rest(first.adminToken)));
    await first.kill();
    const second = await Server.start(first.dataFolder, { PARLEY_LOG_LEVEL: 'warning' });
    after(() => second.remove());

    (await client.at(second.url).call('GET', 'me')).succeeds(200);
    (await client.at(second.url).call('DELETE', 'session')).isEmpty();
    (await client.at(second.url).call('GET', 'me')).problem(401);
  });
});

describe('A sign-in link', { concurrency: 4 }, () => {
  it('works once', async () => {
    const ticket = await ticketOf(admin);
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(server.url, ticket)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    for (const answer of answers.filter(({ status }) => status !== 200))
      assert.match(answer.problem(401, 'sign_in_refused').detail!, /used before.*parley dashboard/);
  });

  it('that is wrong is refused with the command that prints a new one', async () => {
    const ticket = await ticketOf(admin);
    for (const wrong of [
      '',
      'x',
      ticket.slice(0, -2),
      `${ticket}AAAA`,
      server.adminToken,
      'parley_ticket_',
      `parley_ticket_${'A'.repeat(200)}`,
    ])
      assert.match((await post(server.url, wrong)).problem(401, 'sign_in_refused').detail!, /parley dashboard/);
    (await post(server.url, ticket)).succeeds(200);
  });

  it('is for admins, operators, and observers', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    (await ada.rest.post('session/tickets')).problem(403, 'forbidden');
    (await server.rest(server.joinToken).post('session/tickets')).problem(403, 'forbidden');
    (await server.rest(null).post('session/tickets')).problem(401, 'unauthorized');
    assert.equal((await ada.rest.get('me')).as<Me>(200).agent_id, 'ada');
  });
});

describe('In Chromium', () => {
  /** Signs in as the page does: the ticket is in the fragment. */
  const signIn = (ticket: string) =>
    fetch('/api/v1/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ticket }),
    }).then(({ status }) => status);
  const whoAmI = () => fetch('/api/v1/me').then(async (answer) => (answer.ok ? ((await answer.json()) as Me).kind : String(answer.status)));
  const watch = (url: string) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/human`);
      (globalThis as unknown as { socket: unknown }).socket = socket;
      socket.onmessage = (message) => resolve((JSON.parse(message.data as string) as Frame).event);
      socket.onclose = ({ code }) => resolve(`closed ${code}`);
    });
  const closed = () =>
    new Promise<number>((resolve) => ((globalThis as unknown as { socket: WebSocket }).socket.onclose = ({ code }) => resolve(code)));

  it('two servers on one host have a session each', { timeout: patience }, async () => {
    const other = await Server.start(undefined, { PARLEY_LOG_LEVEL: 'warning' });
    after(() => other.remove());
    const page = await openPage(server.url);
    assert.equal(await page.evaluate(signIn, await ticketOf(admin)), 200);
    await page.goto(`${other.url}/health`);
    assert.equal(await page.evaluate(whoAmI), '401');
    const observer = (await other.rest(other.adminToken).post('tokens', { kind: 'observer' })).as<Token>();
    assert.equal(await page.evaluate(signIn, await ticketOf(other.rest(observer.token))), 200);
    assert.equal(await page.evaluate(whoAmI), 'observer');
    await page.goto(`${server.url}/health`);

    assert.equal(await page.evaluate(whoAmI), 'admin');
    assert.equal(await page.evaluate('document.cookie'), '', 'no script reads it');
    assert.equal(await page.evaluate(watch, server.url), 'agent:welcome');
    const closing = page.evaluate(closed);
    assert.equal(await page.evaluate(() => fetch('/api/v1/session', { method: 'DELETE' }).then(({ status }) => status)), 204);
    assert.equal(await closing, 4401);
    assert.equal(await page.evaluate(whoAmI), '401');
    assert.deepEqual(
      (await page.context().cookies(server.url)).map(({ name }) => name).filter((name) => name === `parley-${new URL(server.url).port}`),
      [],
      'signing out removes the cookie',
    );
  });

  it('over TLS the cookie is the host’s alone, and opens the socket', { timeout: patience }, async () => {
    const { cert, key } = makeCertificate();
    const secure = await Server.start(undefined, { PARLEY_TLS_CERT: cert, PARLEY_TLS_KEY: key });
    after(() => secure.remove());
    const page = await openPage(secure.url);
    // Node does not trust its certificate, but the page does.
    const ticket = await page.evaluate(
      (token) =>
        fetch('/api/v1/session/tickets', { method: 'POST', headers: { authorization: `Bearer ${token}` } }).then(
          async (answer) => ((await answer.json()) as { ticket: string }).ticket,
        ),
      secure.adminToken,
    );
    assert.equal(await page.evaluate(signIn, ticket), 200);
    assert.equal(await page.evaluate(whoAmI), 'admin');
    assert.equal(await page.evaluate(watch, secure.url), 'agent:welcome');
    const [cookie] = await page.context().cookies();
    assert.deepEqual(
      [cookie!.name, cookie!.secure, cookie!.httpOnly, cookie!.sameSite, cookie!.path],
      [`__Host-parley-${new URL(secure.url).port}`, true, true, 'Strict', '/'],
    );
  });

  it('a page of another port, even an allowed one, does nothing with it', { timeout: patience }, async () => {
    const stranger = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<h1>Hello</h1>'));
    await once(stranger.listen(0, '127.0.0.1'), 'listening');
    after(() => stranger.close());
    const origin = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
    const victim = await Server.start(undefined, { PARLEY_CORS_ORIGINS: origin });
    after(() => victim.remove());
    const rest = victim.rest(victim.adminToken);
    (await rest.post('agents/register', { agent_id: 'ada' })).succeeds();
    const page = await openPage(victim.url);
    assert.equal(await page.evaluate(signIn, await ticketOf(rest)), 200);

    await page.goto(origin);
    // The browser sends the cookie, because another port of the host is the same site.
    const outcome = await page.evaluate(async (url) => {
      const body = JSON.stringify({ to: 'ada', content: 'forged' });
      const call = (init: RequestInit) =>
        fetch(`${url}/api/v1/messages`, { method: 'POST', credentials: 'include', body, ...init }).then(
          ({ status, type }) => `${type} ${status}`,
          () => 'failed',
        );
      const socket = await new Promise<string>((resolve) => {
        const opened = new WebSocket(`${url.replace('http', 'ws')}/ws/human`);
        opened.onopen = () => resolve('open');
        opened.onerror = () => resolve('refused');
      });
      return [await call({ mode: 'no-cors' }), await call({ headers: { 'content-type': 'application/json' } }), socket];
    }, victim.url);

    assert.equal(outcome[2], 'refused');
    assert.deepEqual((await rest.get('messages')).as<{ items: unknown[] }>(200).items, [], outcome.join(', '));
    await page.goto(`${victim.url}/health`);
    assert.equal(await page.evaluate(whoAmI), 'admin', 'the person is still signed in');
  });
});
