import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Page } from 'playwright-core';
import { eventually, patience } from '../../../tests/wire/harness/deadline.ts';
import { Server } from '../../../tests/wire/harness/server.ts';
import { Proxy } from './harness/proxy.ts';

type Client = typeof import('@parley/client');

const root = fileURLToPath(new URL('..', import.meta.url));
const { outputFiles } = await build({ entryPoints: [`${root}/dist/index.js`], bundle: true, minify: true, format: 'esm', write: false });

/** A page of another origin, with the bundle, and with a backend that gets tickets. The server allows its origin. */
async function openPage(): Promise<{ page: Page; server: Server; network: Proxy; errors: string[] }> {
  const backend = createServer((request, answer) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://localhost');
    if (pathname === '/parley.js') answer.writeHead(200, { 'content-type': 'text/javascript' }).end(outputFiles[0]!.text);
    else if (pathname === '/ticket') void ticket(searchParams.get('path')!).then((text) => answer.end(text));
    else answer.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>A page</title>');
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  const server = await Server.start(undefined, { PARLEY_CORS_ORIGINS: origin });
  const network = await Proxy.to(server.url);
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  after(async () => {
    await browser.close();
    backend.closeAllConnections();
    backend.close();
    await server.remove();
  });

  async function ticket(path: string): Promise<string> {
    const headers = { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' };
    const answer = await fetch(`${server.url}/api/v1/tickets`, { method: 'POST', headers, body: JSON.stringify({ path }) });
    return ((await answer.json()) as { ticket: string }).ticket;
  }

  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  // tsx names functions by a helper, which functions that are sent to the page would miss there.
  await page.addInitScript('globalThis.__name = (it) => it;');
  await page.goto(origin);
  await page.evaluate(`import('/parley.js').then((parley) => { globalThis.parley = parley; globalThis.seen = []; })`);
  return { page, server, network, errors };
}

const world = await openPage();
const { page, server, network } = world;
const seen = () => page.evaluate('globalThis.seen') as Promise<string[]>;
const send = async (content: string) => (await server.rest(server.adminToken).post('messages', { to: 'ada', content })).succeeds();

describe('A page in Chromium', () => {
  it('talks as an agent with its token, which becomes a ticket, and reconnects with another', { timeout: patience }, async () => {
    const reply = await page.evaluate(
      async ({ url, token }) => {
        const { Agent, Parley } = (globalThis as unknown as { parley: Client }).parley;
        const { token: own } = await new Parley({ url, token }).agents.register({ agent_id: 'ada' });
        const ada = await Agent.connect({ url, token: own!, agentId: 'ada' });
        ada.onMessage({ types: ['text'] }, (message) => message.reply(`You said: ${message.content}`));
        Object.assign(globalThis, { ada });
        const ben = await Agent.connect({ url, token, name: 'Ben' });
        const { content } = await ben.request({ to: 'ada', content: 'hello', message_type: 'text' });
        await ben.close();
        return content;
      },
      { url: network.url, token: server.adminToken },
    );
    assert.equal(reply, 'You said: hello');
    const connections = network.connections;
    network.cut();
    await send('after the cut');
    const of = () => server.rest(server.adminToken).get('agents/ada');
    await eventually(
      'the message to be handled',
      async () => (await of()).as<{ mailbox: { queued: number; in_flight: number } }>().mailbox,
      ({ queued, in_flight }) => queued + in_flight === 0,
    );
    assert.ok(network.connections > connections);
    await page.evaluate('globalThis.ada.close()');
  });

  it(
    'follows feeds with tickets from its backend, resumes after a cut, and learns that it was refused',
    { timeout: patience },
    async () => {
      await page.evaluate(async (url) => {
        const { Parley } = (globalThis as unknown as { parley: Client }).parley;
        const { seen, location } = globalThis as unknown as { seen: string[]; location: { origin: string } };
        seen.length = 0;
        const ticket = async (path: string) => (await fetch(`${location.origin}/ticket?path=${encodeURIComponent(path)}`)).text();
        const parley = new Parley({ url, ticket });
        const feed = await parley.subscribe(['messages', 'agents'], { snapshot: true });
        Object.assign(globalThis, { feed });
        void (async () => {
          for await (const batch of feed.batches())
            for (const entry of batch) {
              if (entry.op === 'snapshot') seen.push(`${entry.feed} ${entry.items.length}`);
              else if (entry.feed === 'messages' && entry.op === 'put') seen.push(entry.item.content!);
            }
        })();
      }, network.url);
      await send('one');
      await eventually('the first message', seen, (all) => all.includes('one'));
      network.cut();
      await send('two');
      await send('three');
      await eventually('what came meanwhile', seen, (all) => all.includes('three'));
      const all = await seen();
      assert.deepEqual(all.slice(-3), ['one', 'two', 'three']);
      assert.ok(all.includes('agents 3') || all.includes('agents 2'), all.join());

      await page.evaluate('globalThis.feed.close()');
      const refused = await page.evaluate(async (url) => {
        const { Parley } = (globalThis as unknown as { parley: Client }).parley;
        // Neither a token nor tickets: the session of the page, which this one does not have.
        return new Parley({ url }).subscribe('messages').then(
          () => 'subscribed',
          (error: { code: string }) => error.code,
        );
      }, network.url);
      assert.equal(refused, 'unauthorized');
    },
  );

  it('reads a stream, and throws nothing that nobody catches', { timeout: patience }, async () => {
    await page.evaluate(
      async ({ url, token }) => {
        const { Parley } = (globalThis as unknown as { parley: Client }).parley;
        const { seen } = globalThis as unknown as { seen: string[] };
        seen.length = 0;
        const parley = new Parley({ url, token });
        const { seq } = await parley.messages.send({ to: 'ada', content: 'start' });
        void (async () => {
          for await (const { event, data } of parley.stream('project/default', { after: String(seq) }))
            if (event === 'message') seen.push(data.content);
        })();
      },
      { url: network.url, token: server.adminToken },
    );
    await send('streamed');
    await eventually('the message', seen, (all) => all.includes('streamed'));
    network.cut();
    await send('streamed later');
    await eventually('the message after the cut', seen, (all) => all.includes('streamed later'));
    assert.deepEqual(await seen(), ['streamed', 'streamed later']);
    assert.deepEqual(world.errors, []);
  });
});
