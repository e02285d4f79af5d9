import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { assertFields, time, uuid7 } from '../harness/shapes.ts';
import type { Change, Page } from '../harness/wire.ts';

const server = await startServer();

interface Entry {
  memory_id: string;
  key: string;
  value: unknown;
  created_by: string | null;
  updated_by: string | null;
  created_at: string;
  updated_at: string;
  version: number;
}

const fields = ['memory_id', 'key', 'value', 'created_by', 'updated_by', 'created_at', 'updated_at', 'version'];

describe('Shared memory', { concurrency: 4 }, () => {
  it('is a value under a key, for all of the project', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();

    const made = (await ada.rest.post('memory', { key: 'plan/login', value: { step: 1 } })).as<Entry>(201);
    const changed = (await bob.rest.put('memory/key/plan/login', { value: [null] })).as<Entry>(200);

    assertFields(changed, fields);
    assert.match(changed.memory_id, uuid7);
    assert.match(changed.updated_at, time);
    assert.ok(changed.version > made.version);
    assert.deepEqual([changed.memory_id, changed.created_by, changed.updated_by], [made.memory_id, 'ada', 'bob']);
    const answer = await ada.rest.get('memory/key/plan%2Flogin');
    assert.deepEqual(answer.as(200), changed);
    assert.equal(answer.headers.get('etag'), `"${changed.version}"`);
    assert.deepEqual((await ada.rest.get('memory', { prefix: 'plan/' })).as<Page<Entry>>(200).items, [changed]);
    (await bob.rest.delete('memory/key/plan/login')).isEmpty();
    (await ada.rest.get('memory/key/plan/login')).problem(404);
  });

  it('keeps apart keys that differ in their escapes alone', async () => {
    const { admin } = await TestProject.create(server);
    for (const key of ['a/b', 'a%2Fb', 'a b', 'a+b', 'ü 漢🦊', '/a/', 'a//b', '?#'])
      (await admin.put(`memory/key/${encodeURIComponent(key)}`, { value: key, if_version: 0 })).succeeds(201);
    for (const { key, value } of (await admin.get('memory')).as<Page<Entry>>().items) assert.equal(key, value);
    assertNames((await admin.put('memory/key/a%0Ab', { value: 1 })).problem(400), 'key');
  });

  it('is written by the version that was read, or not at all', async () => {
    const { admin } = await TestProject.create(server);
    const { version } = (await admin.put('memory/key/a', { value: 1, if_version: 0 })).as<Entry>(201);

    const refused = (await admin.put('memory/key/a', { value: 2, if_version: 0 })).problem(412, 'version_mismatch');
    assert.match(refused.detail ?? '', new RegExp(`version ${version};`));
    (await admin.put('memory/key/a', { value: 2 }, { headers: { 'if-match': `"${version}"` } })).succeeds(200);
    (await admin.delete('memory/key/a', { headers: { 'if-match': `"${version}"` } })).problem(412, 'version_mismatch');
    assert.equal((await admin.get('memory/key/a')).as<Entry>(200).value, 2);
  });

  it('is set, got and deleted over a socket, and watched from a place on', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const first = await ada.connect();
    const set = await first.ok<Entry>('memory:set', { key: 'plan/1', value: 1 });
    assert.deepEqual(await first.ok('memory:get', { key: 'plan/1' }), set);
    await first.refused('memory:delete', { key: 'plan/1', if_version: set.version + 1 }, 412, 'version_mismatch');

    const feeds = { memory: { prefix: 'plan/' } };
    await first.ok('subscribe', { feeds, snapshot: true });
    const snapshot = await first.event<{ items: Entry[]; done: boolean }>('snapshot');
    assert.deepEqual(snapshot.items, [set]);
    await first.ok('memory:set', { key: 'plan/2', value: 2 });
    const seen = await first.event<Change<Entry>>('change');
    assert.deepEqual([seen.feed, seen.op, seen.item.key], ['memory', 'put', 'plan/2']);
    first.terminate();
    (await bob.rest.put('memory/key/other', { value: 0 })).succeeds();
    (await bob.rest.put('memory/key/plan/3', { value: 3 })).succeeds();
    (await bob.rest.delete('memory/key/plan/1')).isEmpty();

    const again = await ada.connect();
    await again.ok('subscribe', { feeds, after: seen.place });
    const missed = [await again.event<Change<Entry>>('change'), await again.event<Change<Entry>>('change')];
    assert.deepEqual(
      missed.map((change) => [change.op, change.item.key]),
      [
        ['put', 'plan/3'],
        ['delete', 'plan/1'],
      ],
    );
  });
});
