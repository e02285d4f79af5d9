import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../harness/deadline.ts';
import { TestProject, type TestAgent } from '../harness/project.ts';
import { Answer } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { EventStream } from '../harness/stream.ts';
import type { Agent, Token } from '../harness/wire.ts';

const server = await startServer();

/** A call that the client can break off. */
function call(agent: TestAgent, method: string, path: string, body?: unknown): { answer: Promise<Answer | null>; abort: () => void } {
  const abort = new AbortController();
  const headers = { authorization: `Bearer ${agent.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const request = fetch(agent.rest.address(path), {
    method,
    headers,
    signal: abort.signal,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = request
    .then(async (response) => new Answer(`${method} ${path}`, response.status, response.headers, await response.text()))
    .catch(() => null);
  return { answer, abort: () => abort.abort() };
}

/** Waits until an agent waits, which makes it there. */
const isThere = (project: TestProject, id: string) =>
  eventually(
    `${id} to wait`,
    async () => (await project.admin.get(`agents/${id}`)).as<Agent>(200).status,
    (status) => status === 'online',
  );

describe('A message that arrives after its waiter has gone', { concurrency: 4 }, () => {
  it('goes back to the mailbox after an aborted claim', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    let written = 0;
    for (let round = 0; round < 40; round++) {
      const claim = call(bob, 'POST', 'agents/bob/claim', { wait: 60, lease_seconds: 3600 });
      await isThere(project, 'bob');
      // Sometimes the one is first, sometimes the other.
      const sending = ada.tell('bob', `${round}`);
      if (round % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
      claim.abort();
      const [id, answer] = await Promise.all([sending, claim.answer]);

      if (answer !== null) {
        // It was faster than the abort: the client has it.
        (await bob.rest.post(`messages/${id}/ack`)).isEmpty();
        continue;
      }

      const [item] = await bob.claim({ wait: 5, lease_seconds: 60 });
      if (item === undefined) {
        // The answer was on its way when the client broke off, and the server cannot know that nobody took it.
        written++;
        continue;
      }

      assert.deepEqual([item.message.message_id, item.attempt], [id, 1]);
      (await bob.rest.post(`messages/${id}/ack`, { lease_id: item.lease_id })).isEmpty();
    }

    assert.ok(written <= 10, `${written} of 40 stayed leased: that many answers are not written in the moment of the abort.`);
  });

  it('is an ordinary message if it replies to an aborted request', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    for (let round = 0; round < 20; round++) {
      const request = call(ada, 'POST', 'requests', { to: 'bob', content: '?', timeout_seconds: 60 });
      const { message } = await bob.claimOne();
      const replying = bob.send({ to: 'ada', content: 'yes', reply_to: message.message_id });
      if (round % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
      request.abort();
      const [{ message_id: id }, answer] = await Promise.all([replying, request.answer]);

      if (answer !== null) continue;
      // Acknowledged already, where the answer was written before the server heard of the abort; or given back at once.
      const state = await eventually(
        'the reply to be settled or free',
        async () => (await project.delivery(id)).state,
        (now) => now !== 'leased',
        15_000,
      );
      if (state !== 'queued') continue;
      const item = await ada.claimOne();
      assert.deepEqual([item.message.message_id, item.attempt], [id, 1]);
      (await ada.rest.post(`messages/${id}/ack`, { lease_id: item.lease_id })).isEmpty();
    }
  });
});

/** How the token ends. */
const ends: Record<string, (bob: TestAgent) => Promise<TestAgent['rest']>> = {
  revoked: async (bob) => {
    const { items } = (await bob.project.admin.get('tokens', { limit: 100 })).as<{ items: Token[] }>(200);
    const own = items.find((token) => token.agent_id === 'bob')!;
    (await bob.project.admin.delete(`tokens/${own.token_id}`)).succeeds();
    return bob.project.as((await bob.project.token({ kind: 'agent', agent_id: 'bob' })).token);
  },
  replaced: async (bob) => bob.project.as((await bob.project.admin.post('agents/bob/token')).as<{ token: string }>(201).token),
};

const waits: Record<string, (bob: TestAgent) => Promise<Answer | null>> = {
  'a claim': (bob) => call(bob, 'POST', 'agents/bob/claim', { wait: 60, lease_seconds: 3600 }).answer,
  'a look into its inbox': (bob) => call(bob, 'GET', 'agents/bob/inbox?wait=60').answer,
  'a request': (bob) => call(bob, 'POST', 'requests', { to: 'ada', content: '?', timeout_seconds: 60 }).answer,
};

describe('A token that ends while its holder waits', { concurrency: 4 }, () => {
  for (const [how, end] of Object.entries(ends)) {
    for (const [what, wait] of Object.entries(waits)) {
      it(`(${how}) ends ${what} at once, and what comes then is not its`, async () => {
        const project = await TestProject.create(server);
        const [ada, bob] = await project.pair();
        const waiting = wait(bob);
        await isThere(project, 'bob');
        const request = what === 'a request' ? (await ada.claimOne()).message.message_id : null;

        const again = await end(bob);
        const id = (await ada.send({ to: 'bob', content: 'secret', ...(request === null ? {} : { reply_to: request }) })).message_id;

        (await waiting)!.problem(401, 'unauthorized');
        const { items } = (await again.post('agents/bob/claim', { wait: 30 })).as<{
          items: { message: { message_id: string }; attempt: number }[];
        }>(200);
        assert.deepEqual(
          items.map((item) => [item.message.message_id, item.attempt]),
          [[id, 1]],
        );
      });
    }

    it(`(${how}) ends its stream, which says why`, async () => {
      const project = await TestProject.create(server);
      const [ada, bob] = await project.pair();
      const stream = await EventStream.open(bob.rest, 'agent/bob');
      await stream.connected();

      await end(bob);
      await ada.tell('bob', 'secret');

      const { data } = await stream.take('the reason', (one) => one.event === 'error');
      assert.equal((data as { error: string }).error, 'unauthorized');
      await stream.ended;
      assert.deepEqual(
        stream.left.filter((one) => one.event === 'message'),
        [],
      );
    });

    it(`(${how}) closes its connection with 4401, and what comes then is not its`, async () => {
      const project = await TestProject.create(server);
      const [ada, bob] = await project.pair();
      const socket = await bob.connect();

      const again = await end(bob);
      const id = await ada.tell('bob', 'secret');

      assert.equal(await socket.closeCode(), 4401);
      assert.deepEqual(
        socket.left.filter((frame) => frame.event === 'message:received'),
        [],
      );
      const { items } = (await again.post('agents/bob/claim', { wait: 30 })).as<{
        items: { message: { message_id: string }; attempt: number }[];
      }>(200);
      assert.deepEqual(
        items.map((item) => [item.message.message_id, item.attempt]),
        [[id, 1]],
      );
    });
  }
});
