import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { assertFields, time, uuid7 } from '../harness/shapes.ts';
import { EventStream } from '../harness/stream.ts';
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
  expires_at: string | null;
  version: number;
  access_control: { read: string[] | null; write: string[] | null } | null;
}

const fields = [
  'memory_id',
  'key',
  'value',
  'created_by',
  'updated_by',
  'expires_at',
  'access_control',
  'bytes',
  'created_at',
  'updated_at',
  'version',
];

describe('Shared memory', { concurrency: 4 }, () => {
  it('is a value under a key, for everyone in the project', async () => {
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
    const keys = ['a/b', 'a%2Fb', 'a b', 'a+b', 'ü 漢🦊', '/a/', 'a//b', '?#'];
    for (const key of keys) (await admin.put(`memory/key/${encodeURIComponent(key)}`, { value: key, if_version: 0 })).succeeds(201);
    const { items } = (await admin.get('memory')).as<Page<Entry>>();
    assert.deepEqual(items.map((entry) => [entry.key, entry.value]).sort(), keys.map((key) => [key, key]).sort());
    assertNames((await admin.put('memory/key/a%0Ab', { value: 1 })).problem(400), 'key');
  });

  it('is changed only if it still has the version that was read', async () => {
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

  it('is changed only if it still has the version that was read, also with POST', async () => {
    const { admin } = await TestProject.create(server);
    const { version } = (await admin.post('memory', { key: 'a', value: 1, if_version: 0 })).as<Entry>(201);

    (await admin.post('memory', { key: 'a', value: 2 }, { headers: { 'if-match': `"${version + 1}"` } })).problem(412, 'version_mismatch');
    assert.equal((await admin.get('memory/key/a')).as<Entry>(200).value, 1);
    (await admin.post('memory', { key: 'a', value: 2 }, { headers: { 'if-match': `"${version}"` } })).succeeds(200);
  });

  it('is answered again as the first time under an Idempotency-Key, with its ETag', async () => {
    const { admin } = await TestProject.create(server);
    const set = (ifMatch?: string) =>
      admin.post('memory', { key: 'a', value: 1 }, { headers: { 'idempotency-key': 'once', ...(ifMatch ? { 'if-match': ifMatch } : {}) } });

    const [first, again] = [await set(), await set()];

    const { version } = first.as<Entry>(201);
    assert.deepEqual(again.as(201), first.as(201));
    for (const answer of [first, again])
      assert.deepEqual([answer.headers.get('etag'), answer.headers.get('location')], [`"${version}"`, '/api/v1/memory/key/a']);
    (await set(`"${version}"`)).problem(409, 'idempotency_conflict');
  });

  it('tells a stream of the project what was set and what was removed', async () => {
    const { id, admin } = await TestProject.create(server);
    const stream = await EventStream.open(admin, `project/${id}`);
    await stream.connected();

    const set = (await admin.put('memory/key/a', { value: 1 })).as<Entry>(201);
    (await admin.delete('memory/key/a')).isEmpty();

    assert.deepEqual((await stream.next<Entry>('memory')).data, set);
    const removed = (await stream.next<Entry>('memory_removed')).data;
    assert.deepEqual([removed.key, removed.value], ['a', 1]);
    assert.ok(removed.version > set.version);
  });

  it('is written in the order of the frames, even by a client that waits for no answer', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const socket = await ada.connect();
    const values = Array.from({ length: 100 }, (_, n) => n);
    await socket.ok('subscribe', { feeds: { memory: {} } });

    for (const value of values) socket.send('memory:set', { key: 'counter', value });
    assert.equal((await socket.ok<Entry>('memory:get', { key: 'counter' })).value, values.at(-1));

    const seen: unknown[] = [];
    while (seen.length < values.length) seen.push((await socket.event<Change<Entry>>('change')).item.value);
    assert.deepEqual(seen, values);
  });
});
