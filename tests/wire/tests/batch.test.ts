import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contents, TestProject } from '../harness/project.ts';
import { assertNames, assertProblem } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { uuid7 } from '../harness/shapes.ts';
import type { BatchItem, Problem } from '../harness/wire.ts';

const server = await startServer();

describe('A batch', { concurrency: 4 }, () => {
  it('answers each of its sends in order, including the invalid ones', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const items = [
      { to: 'bob', content: 'good 1' },
      { to: 'nobody', content: 'bad' },
      { to: 'bob', content: 'bad', priority: 9 },
      { to: 'bob', content: 'bad', bogus: true },
      { to: 'bob', content: 'x'.repeat(256 * 1024 + 1) },
      { to: 'bob', content: 'bad', sender_id: 'bob' },
      { to: 'bob', content: 'good 2' },
    ];

    const answers = (await ada.rest.post('messages/batch', { items })).as<{ items: BatchItem[] }>().items;

    assert.deepEqual(
      answers.map((one) => one.status),
      [201, 404, 400, 400, 413, 403, 201],
    );
    assert.match(answers[0]?.message_id ?? '', uuid7);
    assert.equal(answers[6]!.seq, answers[0]!.seq! + 1);
    const codes = ['unknown_recipient', 'invalid_request', 'invalid_request', 'too_large', 'forbidden'];
    codes.forEach((code, n) => assertProblem(problemOf(answers[n + 1]!), answers[n + 1]!.status, code, `item ${n + 1}`));
    assertNames(problemOf(answers[2]!), 'priority');
    assertNames(problemOf(answers[3]!), 'bogus');
    assert.deepEqual(contents(await bob.look()), ['good 1', 'good 2']);
  });

  it('takes at most 1,000 sends', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const items = Array.from({ length: 1_001 }, (_, n) => ({ to: 'bob', content: `${n}` }));

    assertNames((await ada.rest.post('messages/batch', { items })).problem(400, 'invalid_request'), 'items');
    const answers = (await ada.rest.post('messages/batch', { items: items.slice(1) })).as<{ items: BatchItem[] }>().items;

    const seqs = answers.map((one) => one.seq);
    assert.equal(seqs.length, 1_000);
    assert.deepEqual(
      seqs,
      seqs.map((_, n) => seqs[0]! + n),
    );
  });

  it('must be a list of sends', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    for (const body of [{}, { items: {} }, { items: null }, { items: 'x' }])
      assertNames((await ada.rest.post('messages/batch', body)).problem(400, 'invalid_request'), 'items');
    for (const body of [[], 'x', 7, null]) (await ada.rest.post('messages/batch', body)).problem(400, 'invalid_request');
    assertNames((await ada.rest.post('messages/batch', { items: [], bogus: 1 })).problem(400, 'invalid_request'), 'bogus');
  });
});

/** An item's problem stands beside its status, or is the item. */
function problemOf(item: BatchItem): Problem {
  return item.problem ?? (item as unknown as Problem);
}
