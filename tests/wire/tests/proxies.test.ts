import assert from 'node:assert/strict';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { eventually, within } from '../harness/deadline.ts';
import { closeAll } from '../harness/open.ts';
import { isOnPostgres } from '../harness/postgres.ts';
import { TestAgent, TestProject } from '../harness/project.ts';
import { proxies, Proxy } from '../harness/proxies.ts';
import { Rest } from '../harness/rest.ts';
import { Server } from '../harness/server.ts';
import { AgentSocket } from '../harness/socket.ts';
import { EventStream } from '../harness/stream.ts';

const trusting = { PARLEY_TRUSTED_PROXIES: '127.0.0.1', PARLEY_RATE_LIMIT_PER_SECOND: '0' };
const portOf = (server: Server) => Number(new URL(server.url).port);

for (const name of Object.keys(proxies)) {
  describe(`Behind ${name}, as its example sets it up`, { skip: process.env['PARLEY_URL'] !== undefined, concurrency: true }, async () => {
    let server: Server;
    let proxy: Proxy;
    const ready = (async () => {
      server = await Server.start(undefined, trusting);
      proxy = await Proxy.start(name, [portOf(server)]);
    })();
    after(async () => {
      closeAll();
      await proxy.stop();
      await server.remove();
    });

    /** Two agents of a project of their own, the second of which comes by way of the proxy. */
    async function pair(): Promise<[TestAgent, TestAgent]> {
      await ready;
      const [ada, bob] = await (await TestProject.create(server)).pair();
      return [ada, new TestAgent(bob.project, bob.id, bob.token, new Rest(proxy.url, bob.token, {}))];
    }

    it('a socket takes and gives messages', async () => {
      const [ada, bob] = await pair();
      const socket = await AgentSocket.open(proxy.url, '/ws/bob', { token: bob.token });
      await socket.event('agent:welcome');
      await ada.tell('bob', 'there');
      const { message, lease_id } = await socket.received();
      await socket.ok('message:ack', { message_id: message.message_id, lease_id });
      await socket.ok('message:send', { to: 'ada', content: 'and back' });
      assert.equal((await ada.claimOne()).message.content, 'and back');
    });

    it('a stream gives each event as it comes', async () => {
      const [ada, bob] = await pair();
      const stream = await EventStream.open(bob.rest, 'agent/bob');
      await stream.connected();
      for (const content of ['one', 'two']) {
        await ada.tell('bob', content);
        assert.equal((await stream.next<{ content: string }>('message')).data.content, content);
      }
    });

    it('a poll waits its whole minute, and ends as soon as there is something', async () => {
      const [ada, bob] = await pair();
      const begun = performance.now();
      assert.deepEqual(await within('an empty answer', bob.claim({ wait: 60 }), 120_000), []);
      assert.ok(performance.now() - begun >= 59_000);
      const claiming = bob.claim({ wait: 60 });
      await eventually(
        'the poll to wait',
        () => bob.project.admin.get('agents/bob'),
        (answer) => answer.as<{ status: string }>().status === 'online',
      );
      await ada.tell('bob', 'at last');
      assert.equal((await within('the message', claiming, 30_000)).length, 1);
    });

    it('a batch of 15 MB passes', async () => {
      const [, bob] = await pair();
      const items = Array.from({ length: 63 }, () => ({ to: 'ada', content: 'x'.repeat(240_000) }));
      (await bob.rest.post('messages/batch', { items })).succeeds();
      assert.equal((await bob.project.admin.get('agents/ada')).as<{ mailbox: { queued: number } }>().mailbox.queued, 63);
    });

    it('a name that the server does not know is refused, whatever else the client writes', async () => {
      await pair();
      const status = (headers: Record<string, string>) => statusOf(`${proxy.url}/health`, headers);
      assert.equal(await status({}), 200);
      assert.equal(await status({ 'x-forwarded-host': 'evil.example' }), 200);
      const refused = await status({ host: 'evil.example' });
      assert.ok(refused >= 400 && refused < 500, `answered ${refused}`);
      assert.equal(await status({ host: 'evil.example', 'x-forwarded-host': '127.0.0.1' }), refused);
    });

    it('the node hears who asks, how, and by which name', async () => {
      const heard: IncomingHttpHeaders[] = [];
      const echo = createServer((asked, answer) => {
        if (asked.url === '/asked') heard.push(asked.headers);
        answer.end('{}');
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => echo.once('listening', resolve));
      const other = await Proxy.start(name, [(echo.address() as AddressInfo).port]);
      try {
        const forged = {
          host: 'parley.example',
          'x-forwarded-host': 'evil.example',
          'x-forwarded-proto': 'gopher',
          'x-forwarded-for': '192.0.2.1',
        };
        await eventually(
          'the node to be asked',
          () => statusOf(`${other.url}/asked`, forged),
          (status) => status === 200,
        );
        const last = heard.at(-1)!;
        assert.equal(last['x-forwarded-host'], 'parley.example');
        assert.equal(last['x-forwarded-proto'], 'http');
        // The server trusts the last address alone: that which the proxy added.
        assert.equal(String(last['x-forwarded-for']).split(/, */).at(-1), '127.0.0.1');
      } finally {
        await other.stop();
        echo.closeAllConnections();
        echo.close();
      }
    });

    if (!isOnPostgres) return;
    it('a node that is killed is missed by nobody', async () => {
      const one = await Server.start(undefined, trusting);
      const other = await one.join(trusting);
      const balancer = await Proxy.start(name, [portOf(one), portOf(other)]);
      try {
        const project = await TestProject.create(one);
        const [ada, bob] = await project.pair();
        const through = new Rest(balancer.url, ada.token, {});
        const tell = (n: number) =>
          eventually(
            `message ${n} to be taken`,
            () =>
              through.post('messages', { to: 'bob', content: `${n}`, idempotency_key: `k${n}` }).then(
                (answer) => answer.status,
                () => 0,
              ),
            (status) => status === 201 || status === 200,
          );
        const received = new Set<string>();
        const reading = (async () => {
          while (received.size < 60) {
            // Its node may be the one that goes: whoever is cut off comes again.
            const socket = await AgentSocket.open(balancer.url, '/ws/bob', { token: bob.token }).catch(() => null);
            if (socket === null) continue;
            try {
              while (received.size < 60) {
                const { message, lease_id } = await socket.received();
                // Before its acknowledgement: of one that is stored as the node dies the answer is lost, and it does not come again.
                received.add(message.content!);
                await socket.ok('message:ack', { message_id: message.message_id, lease_id });
              }
            } catch {
              socket.terminate();
            }
          }
        })();
        for (let n = 0; n < 60; n++) {
          if (n === 20) await one.kill();
          await tell(n);
        }
        await within('all that was sent', reading, 120_000);
        assert.deepEqual(
          [...received].sort((a, b) => Number(a) - Number(b)),
          Array.from({ length: 60 }, (_, n) => `${n}`),
        );
        // Nobody is sent to the dead one any more.
        for (let n = 0; n < 30; n++) (await through.get('agents')).succeeds(200);
      } finally {
        await balancer.stop();
        await one.remove();
        await other.remove();
      }
    });
  });
}

/** With headers that `fetch` does not let anybody write. */
function statusOf(url: string, headers: Record<string, string>): Promise<number> {
  const asked = new Promise<number>((resolve, reject) => {
    request(url, { headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode!);
    })
      .on('error', reject)
      .end();
  });
  return within(`an answer of ${url}`, asked);
}
