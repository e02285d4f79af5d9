import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { eventually, within } from '../harness/deadline.ts';
import { closeAll } from '../harness/open.ts';
import { isOnPostgres, startPostgres } from '../harness/postgres.ts';
import { TestProject, type TestAgent } from '../harness/project.ts';
import { Server } from '../harness/server.ts';
import { EventStream } from '../harness/stream.ts';
import { TurnedClock } from '../harness/turned-clock.ts';
import type { Agent } from '../harness/wire.ts';

/** So long each thing takes that is begun before the jump. */
const seconds = 8;

/** By which a server's clock may be early: its times are whole milliseconds, and a step of the machine's clock below a second is followed at once. */
const tolerance = 1_200;

const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const jumps: Record<string, (clock: TurnedClock) => Promise<void>> = {
  'two days ahead and back': async (clock) => {
    await clock.turn('+2d');
    await later(3_000);
    await clock.turn('+0');
  },
  'two days back and ahead again': async (clock) => {
    await clock.turn('-2d');
    await later(3_000);
    await clock.turn('+0');
  },
  'two days back, where it stays': (clock) => clock.turn('-2d'),
};

for (const [name, jump] of Object.entries(jumps)) {
  describe(`Where the time of day goes ${name}`, { skip: process.env['PARLEY_URL'] !== undefined }, () => {
    after(closeAll);

    it("a server's durations are what they say, and the log's times never fall", async () => {
      const clock = await TurnedClock.make();
      const server = await Server.start(undefined, clock.variables);
      try {
        await durationsAreTrue(server, () => jump(clock));
      } finally {
        await server.remove();
        await clock.remove();
      }
    });

    if (!isOnPostgres) return;
    it("a database's clock changes nothing of that", async () => {
      const clock = await TurnedClock.make();
      const postgres = await startPostgres(clock.variables);
      const server = await Server.start(undefined, {}, undefined, postgres);
      try {
        await durationsAreTrue(server, () => jump(clock));
      } finally {
        await server.remove();
        postgres.stop();
        await clock.remove();
      }
    });
  });
}

/** Begins everything that takes a time, lets the clock jump, and waits for each. */
async function durationsAreTrue(server: Server, jump: () => Promise<void>): Promise<void> {
  const project = await TestProject.create(server, { retry_delay_seconds: seconds, rate_limit_per_second: 5, rate_limit_burst: 5 });
  const [sender, quick] = [await project.agent('sender'), await project.agent('quick')];
  const agents: Record<string, TestAgent> = {};
  for (const id of ['leased', 'refused', 'scheduled', 'stale', 'alive', 'later']) agents[id] = await project.agent(id);
  const entries = await EventStream.open(project.admin, `project/${project.id}`, { query: { after: 0 } });
  (await agents['alive']!.rest.post('agents/alive/heartbeat')).succeeds();
  const { ticket } = (await sender.rest.post('tickets', { path: `/api/v1/sse/agent/sender` })).as<{ ticket: string }>();
  const { token } = await project.token({
    kind: 'agent',
    agent_id: 'sender',
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
  });
  await sender.tell('leased', 'leased');
  await sender.tell('refused', 'refused');

  const begun = performance.now();
  await agents['leased']!.claimOne({ lease_seconds: seconds });
  const refused = await agents['refused']!.claimOne();
  (await agents['refused']!.rest.post(`messages/${refused.message.message_id}/nack`, { lease_id: refused.lease_id })).succeeds();
  const due = new Date(Date.now() + seconds * 1_000).toISOString();
  await sender.send({ to: 'scheduled', content: 'scheduled', deliver_at: due });
  const stale = await sender.send({ to: 'stale', content: 'stale', ttl_seconds: seconds });

  const passes = (what: string, done: Promise<unknown>) =>
    within(what, done).then(() => {
      const took = performance.now() - begun;
      assert.ok(took >= seconds * 1_000 - tolerance, `${what} came after ${Math.round(took)} ms.`);
    });
  const all = Promise.all([
    passes('the end of a lease', agents['leased']!.claimOne()),
    passes('the next attempt', agents['refused']!.claimOne()),
    passes('a scheduled message', agents['scheduled']!.claimOne()),
    passes(
      'an expiry',
      eventually(
        'the message to be over',
        () => project.delivery(stale.message_id),
        (one) => one.state === 'expired',
      ),
    ),
  ]);
  const jumping = jump();
  await later(1_500);
  await quickRefills(quick, begun);
  assert.equal(await EventStream.status(server.rest(null), 'agent/sender', { query: { ticket } }), 200, 'a ticket of this moment opens');
  (await server.rest(token).get('agents/sender')).succeeds(200);
  assert.equal((await project.admin.get('agents/alive')).as<Agent>().status, 'online', 'who was heard of just now is there');
  await jumping;
  await all;
  assert.equal((await project.admin.get('agents/alive')).as<Agent>().status, 'online', 'and is there afterwards');
  await sender.tell('later', 'the last');
  await theLogNeverFalls(entries);
}

/** A bucket of five that holds a second's worth is no fuller for a jump. */
async function quickRefills(quick: TestAgent, begun: number): Promise<void> {
  let taken = 0;
  for (;;) {
    const answer = await quick.rest.post('messages', { to: 'sender', content: 'quick' });
    if (answer.status === 429) break;
    answer.succeeds();
    taken++;
    const most = 5 + ((performance.now() - begun) / 1_000) * 5 + 5;
    assert.ok(taken <= most, `${taken} messages passed a limit of 5 a second.`);
  }
  await eventually(
    'the next message to pass the limit',
    () => quick.rest.post('messages', { to: 'sender', content: 'again' }),
    (answer) => answer.status === 201,
    10_000,
  );
}

/** Every time in the log is one of today, and none is before that of an entry before it. */
async function theLogNeverFalls(entries: EventStream): Promise<void> {
  let last = 0;
  let count = 0;
  for (;;) {
    const { event, id, data } = await entries.take('the next entry', (one) => one.id !== undefined);
    const entry = data as { timestamp?: string; at?: string; content?: string; deliver_at?: string };
    const at = entry.timestamp ?? entry.at;
    // The second entry of a scheduled message has the time at which it was sent.
    if (at !== undefined && entry.content !== 'scheduled') {
      const time = Date.parse(at);
      assert.ok(time >= last, `The entry ${id}, ${event}, is of ${at}: ${last - time} ms before the one before it.`);
      assert.ok(Math.abs(time - Date.now()) < 3_600_000, `The entry ${id}, ${event}, is of ${at}.`);
      last = time;
      count++;
    }
    if (entry.content === 'the last') break;
  }
  assert.ok(count > 8, `Only ${count} entries had a time.`);
}
