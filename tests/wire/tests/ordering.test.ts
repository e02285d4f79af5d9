import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contents, TestProject } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';

const server = await startServer();

describe('A mailbox gives out', { concurrency: 4 }, () => {
  it('what a connection held that was cut before what was sent after, to a client that comes back at once', async () => {
    for (let round = 0; round < 10; round++) {
      const project = await TestProject.create(server);
      const [ada, bob] = await project.pair();
      const cut = await bob.connect();
      for (let n = 0; n < 10; n++) await ada.tell('bob', `${n}`);
      for (let n = 0; n < 5; n++) await cut.received();

      cut.terminate();
      const back = bob.connect();
      // Some of these are sent before it is back, some after.
      for (let n = 10; n < 20; n++) await ada.tell('bob', `${n}`);
      const socket = await back;

      const came: (string | null)[] = [];
      while (came.length < 20) came.push((await socket.received()).message.content);
      assert.deepEqual(
        came,
        Array.from({ length: 20 }, (_, n) => `${n}`),
      );
      await socket.close();
    }
  });

  it('the higher priority first, and within one in the order of sending', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    for (const [content, priority] of [
      ['low', 1],
      ['normal 1', 2],
      ['critical', 4],
      ['normal 2', 2],
      ['high', 3],
      ['normal 3', 2],
    ])
      await ada.send({ to: 'bob', content, priority });

    assert.deepEqual(contents(await bob.claim()), ['critical', 'high', 'normal 1', 'normal 2', 'normal 3', 'low']);
  });

  it('messages that have waited longer first: nothing starves', async () => {
    const project = await TestProject.create(server, { priority_aging_seconds: 1 });
    const [ada, bob] = await project.pair();
    await ada.send({ to: 'bob', content: 'low and old', priority: 1 });
    await project.timePasses(1.3);
    await ada.send({ to: 'bob', content: 'normal and new', priority: 2 });
    await ada.send({ to: 'bob', content: 'critical and new', priority: 4 });

    assert.deepEqual(contents(await bob.claim()), ['critical and new', 'low and old', 'normal and new']);
  });

  it('by priority alone where ageing is 0', async () => {
    const project = await TestProject.create(server, { priority_aging_seconds: 0 });
    const [ada, bob] = await project.pair();
    await ada.send({ to: 'bob', content: 'low and old', priority: 1 });
    await project.timePasses(1.1);
    await ada.send({ to: 'bob', content: 'normal and new', priority: 2 });

    assert.deepEqual(contents(await bob.claim()), ['normal and new', 'low and old']);
  });

  it('what one sender sent over one connection in the order of sending', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const sending = await ada.connect();
    const receiving = await bob.connect({ query: { ack: 'auto', window: 500 } });
    const numbers = Array.from({ length: 400 }, (_, n) => `${n}`);

    for (const content of numbers) sending.send('message:send', { to: 'bob', content });

    const received: (string | null)[] = [];
    while (received.length < numbers.length) received.push((await receiving.received()).message.content);
    assert.deepEqual(received, numbers);
  });

  it('the same order to who looks and to who claims', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    for (let n = 0; n < 20; n++) await ada.send({ to: 'bob', content: `${n}`, priority: 1 + (n % 4) });

    const looked = contents(await bob.look({ max: 20 }));
    assert.deepEqual(contents(await bob.claim({ max: 20 })), looked);
  });
});
