import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { eventually } from '../harness/deadline.ts';
import { closeAfterTests } from '../harness/open.ts';
import { TestProject, type TestAgent } from '../harness/project.ts';
import { binary, startServer } from '../harness/server.ts';
import { AgentSocket, Socket } from '../harness/socket.ts';
import { EventStream } from '../harness/stream.ts';
import type { Agent, SendAnswer } from '../harness/wire.ts';

const server = await startServer();

interface Situation {
  /** What bob does, or what is done for him or about him. */
  readonly prepare: (bob: TestAgent, ada: TestAgent) => Promise<unknown>;
  readonly status: 'online' | 'offline';
  readonly outlook: string;
  /** Of the message that ada then sends. */
  readonly fields?: Record<string, unknown>;
}

/** Bob has one message that he, or somebody for him, acknowledges. */
async function acknowledged(ada: TestAgent, by: TestAgent['rest'], query: Record<string, string>): Promise<void> {
  const id = await ada.tell('bob', 'hello');
  (await by.post(`messages/${id}/ack`, undefined, { query })).isEmpty();
}

async function filtered(bob: TestAgent, types: string[]): Promise<void> {
  await (await bob.connect()).ok('mailbox:filter', { types });
}

async function full(bob: TestAgent, ada: TestAgent): Promise<void> {
  const socket = await bob.connect({ query: { window: 1 } });
  await ada.tell('bob', 'held');
  await socket.received();
}

/** Something that lasts until the tests are over. */
function waits(asking: Promise<unknown>): Promise<void> {
  asking.catch(() => undefined);
  return Promise.resolve();
}

const situations: Record<string, Situation> = {
  'does nothing': { prepare: async () => undefined, status: 'offline', outlook: 'held_until_back' },
  'gives a heartbeat': { prepare: (bob) => bob.rest.post('agents/bob/heartbeat'), status: 'online', outlook: 'on_pull' },
  claims: { prepare: (bob) => bob.claim(), status: 'online', outlook: 'on_pull' },
  'looks into its inbox': { prepare: (bob) => bob.look(), status: 'online', outlook: 'on_pull' },
  'reads its messages by its name': { prepare: (bob) => bob.rest.get('messages/bob'), status: 'online', outlook: 'on_pull' },
  'acknowledges a message': { prepare: (bob, ada) => acknowledged(ada, bob.rest, {}), status: 'online', outlook: 'on_pull' },
  'sends a batch': {
    prepare: (bob) => bob.rest.post('messages/batch', { items: [{ to: 'ada', content: 'x' }] }),
    status: 'online',
    outlook: 'on_pull',
  },
  'waits in a claim': { prepare: (bob) => waits(bob.claim({ wait: 60 })), status: 'online', outlook: 'on_pull' },
  'waits in a claim for something else': {
    prepare: (bob) => waits(bob.claim({ wait: 60, type: ['rare'] })),
    status: 'online',
    outlook: 'on_pull',
  },
  'waits for its inbox': { prepare: (bob) => waits(bob.look({ wait: 60 })), status: 'online', outlook: 'on_pull' },
  'waits for a reply': {
    prepare: (bob) => waits(bob.rest.post('requests', { to: 'ada', content: '?', timeout_seconds: 60 })),
    status: 'online',
    outlook: 'on_pull',
  },
  'reads a stream of its own': { prepare: (bob) => EventStream.open(bob.rest, 'agent/bob'), status: 'online', outlook: 'on_pull' },
  'reads the stream of its project': {
    prepare: (bob) => EventStream.open(bob.rest, `project/${bob.project.id}`),
    status: 'online',
    outlook: 'on_pull',
  },
  'has a relay open': {
    prepare: (bob) => Socket.connect(server.url, `/ws/agent/messages/${bob.project.id}`, { token: bob.token }),
    status: 'online',
    outlook: 'on_pull',
  },
  'is connected': { prepare: (bob) => bob.connect(), status: 'online', outlook: 'pushed' },
  'is connected and takes this type': { prepare: (bob) => filtered(bob, ['text']), status: 'online', outlook: 'pushed' },
  'is connected and takes other types': { prepare: (bob) => filtered(bob, ['rare']), status: 'online', outlook: 'on_pull' },
  'is connected twice, and one connection takes this type': {
    prepare: async (bob) => {
      await filtered(bob, ['rare']);
      await filtered(bob, ['text']);
    },
    status: 'online',
    outlook: 'pushed',
  },
  'is connected with its window closed': {
    prepare: (bob) => bob.connect({ query: { window: 0 } }),
    status: 'online',
    outlook: 'on_pull',
  },
  'is connected and has its hands full': { prepare: full, status: 'online', outlook: 'when_idle' },
  'is connected and has its hands full, and it is urgent': {
    prepare: full,
    status: 'online',
    outlook: 'next_boundary',
    fields: { priority: 4 },
  },
  'is connected and paused': {
    prepare: async (bob) => {
      await bob.connect();
      (await bob.project.admin.post('agents/bob/pause')).succeeds();
    },
    status: 'online',
    outlook: 'held_until_back',
  },
  'is connected, and the message is for later': {
    prepare: (bob) => bob.connect(),
    status: 'online',
    outlook: 'scheduled',
    fields: { deliver_at: new Date(Date.now() + 3_600_000).toISOString() },
  },
  "is served by a claim with an administrator's token": {
    prepare: (bob) => bob.project.admin.post('agents/bob/claim', {}),
    status: 'online',
    outlook: 'on_pull',
  },
  "is served by an acknowledgement with an administrator's token": {
    prepare: (bob, ada) => acknowledged(ada, bob.project.admin, { agent_id: 'bob' }),
    status: 'online',
    outlook: 'on_pull',
  },
  "is connected with an administrator's token": {
    prepare: (bob) =>
      AgentSocket.open(server.url, '/ws/bob', { token: server.adminToken, query: { project_id: bob.project.id } }).then((socket) =>
        socket.event('agent:welcome'),
      ),
    status: 'online',
    outlook: 'pushed',
  },
  'is looked at by an administrator': {
    prepare: async (bob) => {
      (await bob.project.admin.get('agents/bob/inbox')).succeeds(200);
      await EventStream.open(bob.project.admin, 'agent/bob');
    },
    status: 'offline',
    outlook: 'held_until_back',
  },
  'is looked at by an observer': {
    prepare: async (bob) => {
      const observer = await bob.project.observer();
      (await observer.get('agents/bob/inbox')).succeeds(200);
      await EventStream.open(observer, 'agent/bob');
    },
    status: 'offline',
    outlook: 'held_until_back',
  },
};

const ways: Record<string, (ada: TestAgent, message: Record<string, unknown>) => Promise<SendAnswer>> = {
  'over REST': (ada, message) => ada.send(message),
  'over a connection': async (ada, message) => (await ada.connect()).ok<SendAnswer>('message:send', message),
};

describe('A sender is told the truth about a recipient that', { concurrency: 4 }, () => {
  for (const [situation, { prepare, status, outlook, fields }] of Object.entries(situations)) {
    for (const [way, send] of Object.entries(ways)) {
      it(`${situation}, ${way}`, async () => {
        const project = await TestProject.create(server);
        const [ada, bob] = await project.pair();
        await prepare(bob, ada);
        const agent = async () => (await project.admin.get('agents/bob')).as<Agent>(200);
        if (status === 'online') await eventually('bob to be there', agent, (now) => now.status === 'online');

        const told = async () =>
          (await send(ada, { to: 'bob', content: 'news', ...fields })).deliveries.map((one) => [one.agent_id, one.status, one.outlook]);

        const truth = [['bob', status, outlook]];
        // A connection that still takes what waited in the mailbox is not handed anything at the same time.
        if (outlook === 'pushed') await eventually('a message to be pushed', told, (now) => isDeepStrictEqual(now, truth));
        else assert.deepEqual(await told(), truth);
        assert.equal((await agent()).last_seen !== null, status === 'online');
      });
    }
  }
});

describe('An agent', { concurrency: 4 }, () => {
  it('is gone when its stream ends, and stays while it waits elsewhere', async () => {
    const project = await TestProject.create(server);
    const [, bob] = await project.pair();
    const status = async () => (await project.admin.get('agents/bob')).as<Agent>(200).status;
    const stream = await EventStream.open(bob.rest, 'agent/bob');
    await eventually('bob to be there', status, (now) => now === 'online');

    stream.close();
    await eventually('bob to be gone', status, (now) => now === 'offline');

    waits(bob.claim({ wait: 60 }));
    await eventually('bob to be there', status, (now) => now === 'online');
    const socket = await bob.connect();
    await socket.close();
    // Its connection has ended when what it says of itself is known.
    await eventually(
      'the connection to have ended',
      async () => (await project.admin.get('stats')).as<{ connections: number }>(200).connections,
      (count) => count === 0,
    );
    assert.equal(await status(), 'online');
  });

  it('that a person watches from the command line is online', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const environment = { ...process.env, PARLEY_URL: server.url, PARLEY_TOKEN: bob.token };
    for (const name of ['PARLEY_BIN', 'PARLEY_DATA', 'DATABASE_URL']) delete (environment as Record<string, string | undefined>)[name];
    const watch = spawn(binary, ['watch', '--as', 'bob'], { env: environment, stdio: 'ignore' });
    closeAfterTests(() => void watch.kill('SIGKILL'));
    const agent = async () => (await project.admin.get('agents/bob')).as<Agent>(200);
    await eventually('bob to be there', agent, ({ status }) => status === 'online');

    const { deliveries } = await ada.send({ to: 'bob', content: 'are you there?' });

    assert.deepEqual([deliveries[0]?.status, deliveries[0]?.outlook], ['online', 'on_pull']);
    watch.kill('SIGINT');
    await eventually('bob to be gone', agent, ({ status }) => status === 'offline');
  });
});
