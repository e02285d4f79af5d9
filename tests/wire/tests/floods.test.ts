import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { createConnection, type Socket as NetSocket } from 'node:net';
import { after, describe, it } from 'node:test';
import { eventually } from '../harness/deadline.ts';
import { closeAfterTests } from '../harness/open.ts';
import { TestProject, type TestAgent } from '../harness/project.ts';
import { Server } from '../harness/server.ts';

/** What the process may take: its heap, which the collector lets grow to the limit set below, and what is not heap. Without limits on what is buffered, each
 * attack here takes 1.3 to 2 GB, and the limit of the heap ends the process. */
const most = 640 * 1024 * 1024;
const large = 'x'.repeat(240_000);

const server = await Server.start(undefined, {
  PARLEY_SEND_BUFFER_BYTES: `${64 * 1024 * 1024}`,
  PARLEY_RECEIVE_BUFFER_BYTES: `${64 * 1024 * 1024}`,
  PARLEY_RATE_LIMIT_PER_SECOND: '0',
  DOTNET_GCHeapHardLimit: '0x20000000',
});
after(() => server.remove());

/** Fills a project's log with 60 MB in messages to bob. */
async function filled(): Promise<{ project: TestProject; ada: TestAgent; bob: TestAgent }> {
  const project = await TestProject.create(server);
  const [ada, bob] = await project.pair();
  for (let batch = 0; batch < 10; batch++) {
    const items = Array.from({ length: 25 }, () => ({ to: 'bob', content: large }));
    (await ada.rest.post('messages/batch', { items })).succeeds();
  }
  return { project, ada, bob };
}

/** While the attack lasts, another project's messages go on, and the process stays small. */
async function livesThrough(attack: () => Promise<void>): Promise<void> {
  const other = await TestProject.create(server);
  const [ada, bob] = await other.pair();
  const socket = await bob.connect();
  await attack();
  let peak = 0;
  for (let n = 0; n < 40; n++) {
    await ada.tell('bob', `${n} ${large.slice(0, 20_000)}`);
    const { message, lease_id } = await socket.received();
    await socket.ok('message:ack', { message_id: message.message_id, lease_id });
    peak = Math.max(peak, await memory());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(peak < most, `The server took ${Math.round(peak / 1024 / 1024)} MB.`);
  await socket.close();
}

async function memory(): Promise<number> {
  const status = await readFile(`/proc/${server.processId}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}

describe(
  'Memory',
  { skip: process.platform !== 'linux' || process.env['PARLEY_URL'] !== undefined ? 'needs a server of its own and /proc' : false },
  () => {
    it('is bounded for subscriptions of one connection that does not read', async () => {
      const { ada } = await filled();
      await livesThrough(async () => {
        const socket = await ada.connect({ query: { window: 0 } });
        socket.stall();
        for (let n = 0; n < 64; n++) socket.send('subscribe', { feeds: { messages: {} }, after: '0' }, `s${n}`);
      });
    });

    it('is bounded for sockets that do not read', async () => {
      const { bob } = await filled();
      await livesThrough(async () => {
        for (let n = 0; n < 60; n++) (await bob.connect({ query: { window: 1_000 } })).stall();
      });
    });

    it('is bounded for streams that are not read', async () => {
      const { bob } = await filled();
      await livesThrough(async () => {
        for (let n = 0; n < 60; n++) {
          const open = send(bob, 'GET', '/api/v1/sse/agent/bob?after=0', {});
          open.end();
          (await answerTo(open)).pause();
        }
      });
    });

    it('is bounded for bodies that do not end, and these are told', async () => {
      const project = await TestProject.create(server);
      const [ada] = await project.pair();
      const statuses: number[] = [];
      await livesThrough(async () => {
        for (let n = 0; n < 40; n++) {
          const half = send(ada, 'POST', '/api/v1/messages/batch', { 'content-type': 'application/json', 'content-length': '31457280' });
          half.on('response', (answer) => statuses.push(answer.statusCode!));
          half.write(Buffer.alloc(15 * 1024 * 1024, 0x20));
        }
      });
      // Those for which there was no room are refused, the others as soon as they have been slow for ten seconds.
      await eventually(
        'every body to be answered',
        () => Promise.resolve(statuses),
        (told) => told.length === 40,
        120_000,
      );
      assert.deepEqual([...new Set(statuses)].sort(), [408, 429]);
    });
  },
);

function send(agent: TestAgent, method: string, path: string, headers: Record<string, string>): ClientRequest {
  const asked = request(new URL(path, server.url), { method, headers: { authorization: `Bearer ${agent.token}`, ...headers } });
  // One that is cut off was ended by the server, which is what it is here for.
  asked.on('error', () => undefined);
  closeAfterTests(() => asked.destroy());
  return asked;
}

function answerTo(asked: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.once('response', resolve);
    asked.once('error', reject);
  });
}

describe(
  'Descriptors',
  { skip: process.platform !== 'linux' || process.env['PARLEY_URL'] !== undefined ? 'needs a server of its own and ulimit' : false },
  () => {
    it('are not used up by connections: the newest gets an error, and existing ones continue', async () => {
      const small = await Server.start(undefined, {}, 400);
      const sockets: NetSocket[] = [];
      try {
        const project = await TestProject.create(small);
        const [ada, bob] = await project.pair();
        const there = await bob.connect();
        const { port } = new URL(small.url);
        const answers: string[] = [];
        for (let n = 0; n < 500; n++) {
          const socket = createConnection({ port: Number(port), host: '127.0.0.1' });
          socket.on('data', (bytes) => answers.push(bytes.toString()));
          socket.on('error', () => undefined);
          closeAfterTests(() => socket.destroy());
          sockets.push(socket);
          await once(socket, 'connect');
        }
        await eventually(
          'those beyond the limit to be told',
          () => Promise.resolve(answers),
          (told) => told.length >= 250,
          60_000,
        );
        assert.ok(
          answers.every((one) => one.startsWith('HTTP/1.1 503 ') && one.includes('"code":"overloaded"')),
          answers[0],
        );

        await there.ok('message:send', { to: 'ada', content: 'still here' });
        sockets.forEach((socket) => socket.destroy());
        await eventually(
          'room again',
          () =>
            ada.rest.get('agents').then(
              (answer) => answer.status,
              () => 0,
            ),
          (status) => status === 200,
          60_000,
        );
        assert.equal((await ada.claim())[0]!.message.content, 'still here');
      } finally {
        sockets.forEach((socket) => socket.destroy());
        await small.remove();
      }
    });
  },
);
