import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ParleyError } from '@parley/client';
import { eventually, patience } from '../../../tests/wire/harness/deadline.ts';
import { EventLines } from '../dist/streams/event-lines.js';
import { Proxy } from './harness/proxy.ts';
import { first, World } from './harness/world.ts';

const world = await World.create();

describe('A stream', () => {
  it('of an execution tells its whole story once, though the connection is cut, and ends with it', { timeout: patience }, async () => {
    const project = await world.project();
    const network = await Proxy.to(world.server.url);
    const admin = world.parley({ project });
    await admin.agents.register({ agent_id: 'ada' });
    const { execution_id } = await admin.executions.create({ title: 'Login' });
    const said: string[] = [];
    const reading = (async () => {
      for await (const { event, data } of world.parley({ project, url: network.url }).stream(`execution/${execution_id}`)) {
        said.push(event === 'message' ? data.content : event);
        if (said.at(-1) === '2' || said.at(-1) === '5') network.cut();
      }
    })();
    for (let n = 0; n < 8; n++) {
      await admin.messages.send({ to: 'ada', content: String(n), execution_id });
      await eventually(
        'the message',
        async () => said,
        (all) => all.includes(String(n)),
      );
    }
    await admin.executions.update(execution_id, { progress: 50 });
    await admin.executions.complete(execution_id, { result: { ok: true } });
    await reading;
    assert.deepEqual(
      said.filter((word) => /^\d/.test(word)),
      Array.from({ length: 8 }, (_, n) => String(n)),
    );
    assert.equal(said.at(-1), 'completion');
    assert.ok(network.connections > 2);
  });

  it('goes on after a place, survives a kill of the server, and stops by its signal', { timeout: patience }, async () => {
    const project = await world.project();
    const network = await Proxy.to(world.server.url);
    const admin = world.parley({ project });
    await admin.agents.register({ agent_id: 'ada' });
    const { seq } = await admin.messages.send({ to: 'ada', content: 'before' });
    const stop = new AbortController();
    const stream = world
      .parley({ project, url: network.url })
      .stream(`project/${project}`, { after: String(seq), types: ['text'], signal: stop.signal });
    await admin.messages.send({ to: 'ada', content: 'one' });
    assert.equal((await stream.next()).value!.data.content, 'one');
    await world.kill();
    await world.start();
    network.moveTo(world.server.url);
    await world.parley({ project }).messages.send({ to: 'ada', content: 'two' });
    assert.equal((await stream.next()).value!.data.content, 'two');
    const next = stream.next();
    stop.abort(new Error('Enough.'));
    await assert.rejects(next, /Enough/);
  });

  it('that the server refuses says why', async () => {
    await assert.rejects(
      first(1, world.parley().stream('execution/0199e1c2-0000-7000-8000-000000000000')),
      (error) => error instanceof ParleyError && error.status === 404,
    );
    await assert.rejects(
      first(1, world.parley({ token: 'wrong' }).stream('events')),
      (error) => error instanceof ParleyError && error.status === 401,
    );
  });

  it('is read in whatever pieces it comes', () => {
    const text = 'retry: 2000\n\nid: 1-2\nevent: message\ndata: {"a":\ndata: "ü"}\n\n: a remark\n\nevent: place\ndata: {}\n\n';
    for (let size = 1; size < 12; size++) {
      const lines = new EventLines();
      const events = [];
      for (let at = 0; at < text.length; at += size) events.push(...lines.add(text.slice(at, at + size)));
      assert.deepEqual(
        events.map(({ event, id, data, retry }) => [event, id, data, retry]),
        [
          [undefined, undefined, '{}', 2000],
          ['message', '1-2', '{"a":\n"ü"}', undefined],
          ['place', undefined, '{}', undefined],
        ],
      );
    }
  });
});
