import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { assertFields, time, uuid7 } from '../harness/shapes.ts';
import { EventStream } from '../harness/stream.ts';
import type { Change, Page } from '../harness/wire.ts';

const server = await startServer();

interface Happened {
  event_id: string;
  seq: number;
  event_type: string;
  project_id: string;
  source: string;
  data: unknown;
  timestamp: string;
}

const fields = ['event_id', 'seq', 'event_type', 'project_id', 'source', 'data', 'timestamp'];

describe('Events', { concurrency: 4 }, () => {
  it('are published, and sent to followers of their type, by stream and by socket', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const stream = await EventStream.open(bob.rest, 'events', { query: { types: 'build.*' } });
    await stream.connected();
    const socket = await bob.connect();
    await socket.ok('subscribe', { feeds: { events: { types: ['build.*', 'memory_*'] } } });

    (await ada.rest.post('events', { event_type: 'other' })).succeeds(201);
    const published = (await ada.rest.post('events', { event_type: 'build.failed', data: { job: 88 } })).as<Happened>(201);
    (await ada.rest.put('memory/key/a', { value: 1 })).succeeds(201);

    assertFields(published, fields);
    assert.match(published.event_id, uuid7);
    assert.match(published.timestamp, time);
    assert.deepEqual(
      [published.event_type, published.source, published.project_id, published.data],
      ['build.failed', 'ada', project.id, { job: 88 }],
    );
    assert.deepEqual((await stream.next<Happened>('event')).data, published);
    assert.deepEqual((await socket.event<Change<Happened>>('change')).item, published);
    const told = (await socket.event<Change<Happened>>('change')).item;
    assert.deepEqual([told.event_type, told.source], ['memory_updated', 'parley']);
    assertNames((await ada.rest.post('events', { event_type: 'memory_updated' })).problem(400), 'event_type');
  });

  it('are replayed from a place, and listed newest first', async () => {
    const { admin } = await TestProject.create(server);
    const all: Happened[] = [];
    for (const event_type of ['a.1', 'b.1', 'a.2']) all.push((await admin.post('events', { event_type })).as<Happened>(201));

    const stream = await EventStream.open(admin, 'events', { query: { types: 'a.*', after: '0' } });
    assert.deepEqual((await stream.next<Happened>('event')).data, all[0]);
    assert.deepEqual((await stream.next<Happened>('event')).data, all[2]);
    assert.deepEqual((await admin.get('events')).as<Page<Happened>>(200).items, all.toReversed());
    const { items, next } = (await admin.get('events', { types: 'a.>', limit: 1 })).as<Page<Happened>>(200);
    assert.deepEqual(items, [all[2]]);
    assert.deepEqual((await admin.get('events', { types: 'a.>', limit: 1, after: next! })).as<Page<Happened>>(200), {
      items: [all[0]],
      next: null,
    });
  });

  it('go in and out as CloudEvents', async () => {
    const { admin } = await TestProject.create(server);
    const one = { specversion: '1.0', id: '1', source: '/ci', type: 'com.example.build', subject: 'main', ext: 5, data: { ok: false } };
    const structured = { headers: { 'content-type': 'application/cloudevents+json' } };
    (await admin.post('events', one, structured)).succeeds(201);
    (await admin.post('events', [one, one], { headers: { 'content-type': 'application/cloudevents-batch+json' } })).succeeds(201);
    const binary = {
      'ce-specversion': '1.0',
      'ce-id': '1',
      'ce-source': '/ci',
      'ce-type': 'com.example.build',
      'content-type': 'text/plain',
    };
    (await admin.post('events', undefined, { headers: binary, raw: 'broken' })).succeeds(201);
    assertNames((await admin.post('events', { ...one, source: undefined }, structured)).problem(400), 'source');

    const answer = await admin.call('GET', 'events', undefined, { headers: { accept: 'application/cloudevents-batch+json' } });
    assert.match(answer.headers.get('content-type') ?? '', /^application\/cloudevents-batch\+json/);
    answer.succeeds(200);
    assert.deepEqual(JSON.parse(answer.text), [
      { specversion: '1.0', type: 'com.example.build', id: '1', source: '/ci', datacontenttype: 'text/plain', data: 'broken' },
      one,
      one,
      one,
    ]);
  });
});
