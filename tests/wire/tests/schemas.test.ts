import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject } from '../harness/project.ts';
import { assertNames, assertProblem } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { Socket } from '../harness/socket.ts';
import { assertFields, time } from '../harness/shapes.ts';
import type { Frame, Page, Problem } from '../harness/wire.ts';

const server = await startServer();

interface Schema {
  message_type: string;
  schema: unknown;
  builtin: boolean;
  enabled: boolean;
  updated_by: string | null;
  created_at: string | null;
  updated_at: string | null;
  version: number;
}

const fields = ['message_type', 'schema', 'builtin', 'enabled', 'updated_by', 'created_at', 'updated_at', 'version'];
const deploy = { type: 'object', required: ['service'], properties: { replicas: { minimum: 1 } } };
const unfit = { to: 'bob', message_type: 'deploy', payload: { replicas: 0 } };
const fit = { to: 'bob', message_type: 'deploy', payload: { service: 'shop' } };

describe('Schemas', { concurrency: 4 }, () => {
  it('are registered for a message type, listed, replaced, and deleted', async () => {
    const project = await TestProject.create(server);
    const made = (await project.admin.put('schemas/deploy', { schema: deploy })).as<Schema>(201);
    assertFields(made, fields);
    assert.match(made.created_at ?? '', time);
    assert.deepEqual([made.message_type, made.schema, made.builtin, made.enabled], ['deploy', deploy, false, true]);
    const ada = await project.agent('ada');
    const read = await ada.rest.get('schemas/deploy');
    assert.deepEqual(read.as(200), made);
    assert.equal(read.headers.get('etag'), `"${made.version}"`);
    assert.deepEqual((await ada.rest.get('schemas')).as<Page<Schema>>(200).items, [made]);
    (await ada.rest.put('schemas/deploy', { schema: true })).problem(403);
    const changed = (await project.admin.put('schemas/deploy', { schema: true })).as<Schema>(200);
    assert.ok(changed.version > made.version);
    const stale = { headers: { 'If-Match': `"${made.version}"` } };
    (await project.admin.call('DELETE', 'schemas/deploy', undefined, stale)).problem(412, 'version_mismatch');
    (await project.admin.delete('schemas/deploy')).isEmpty();
    (await project.admin.get('schemas/deploy')).problem(404);
  });

  it('refuse a payload that does not match over REST, in a batch, by frame, and by relay', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    (await project.admin.put('schemas/deploy', { schema: deploy })).succeeds(201);

    const refused = (await ada.rest.post('messages', unfit)).problem(422, 'schema_mismatch');
    assert.deepEqual(Object.keys(refused.errors ?? {}).sort(), ['payload', 'payload/replicas']);
    (await ada.rest.post('messages', { to: 'bob', message_type: 'deploy', content: 'now' })).problem(422, 'schema_mismatch');
    (await ada.rest.post('broadcast', { message_type: 'deploy', payload: 1 })).problem(422, 'schema_mismatch');
    const batch = (await ada.rest.post('messages/batch', { items: [unfit, fit] })).as<{ items: { status: number; problem?: Problem }[] }>();
    assert.deepEqual(
      batch.items.map((item) => item.status),
      [422, 201],
    );
    assertProblem(batch.items[0]!.problem!, 422, 'schema_mismatch', 'an item');

    const socket = await ada.connect();
    await socket.refused('message:send', unfit, 422, 'schema_mismatch');
    await socket.ok('message:send', fit);
    await socket.close();

    (await project.admin.put('schemas/chat', { schema: false })).succeeds(201);
    const path = `/ws/agent/messages/${project.id}`;
    const relay = await Socket.connect<Frame>(server.url, path, { token: ada.token, query: { agent_id: ada.id } });
    relay.sendJson({ type: 'chat', content: 'hello' });
    const said = await relay.take('a refusal', (one) => JSON.stringify(one).includes('schema_mismatch'));
    assert.ok(said);
    await relay.close();
    assert.equal((await bob.look()).length, 2);
  });

  it('that are built in are off until a project enables them', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const update = { to: 'bob', message_type: 'status_update', payload: { status: 'on it', progress: 700 } };
    await ada.send(update);
    const shipped = (await ada.rest.get('schemas', { builtin: 'true' })).as<Page<Schema>>(200).items;
    assert.equal(shipped.length, 7);
    assert.ok(shipped.every((one) => one.builtin && !one.enabled && one.version === 0));
    (await project.admin.put('schemas/status_update', { builtin: true })).succeeds(201);
    assertNames((await ada.rest.post('messages', update)).problem(422, 'schema_mismatch'), 'payload/progress');
    await ada.send({ to: 'bob', message_type: 'status_update', content: 'on it' });
    assertNames((await project.admin.put('schemas/chat', { builtin: true })).problem(400), 'builtin');
    assertNames((await project.admin.put('schemas/chat', {})).problem(400), 'schema');
    assertNames((await project.admin.put('schemas/Chat', { schema: true })).problem(400), 'message_type');
  });

  it('that are wrong, refer elsewhere, or could take forever are refused at their location', async () => {
    const { admin } = await TestProject.create(server);
    const wrong: [unknown, string][] = [
      [{ type: 'strin' }, 'schema/type'],
      [{ properties: { a: { minimum: 'x' } } }, 'schema/properties/a/minimum'],
      [{ $ref: 'https://example.org/a' }, 'schema/$ref'],
      [{ $ref: '#' }, 'schema'],
      [{ pattern: '(?=a)b' }, 'schema/pattern'],
      [{ $schema: 'http://json-schema.org/draft-04/schema#' }, 'schema/$schema'],
    ];
    for (const [schema, place] of wrong) assertNames((await admin.put('schemas/a', { schema })).problem(400, 'invalid_request'), place);
    (await admin.put('schemas/a', { schema: { title: 'x'.repeat(70_000) } })).problem(413);
    (await admin.get('schemas/a')).problem(404);
  });

  it('cannot be made to search forever', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    (await project.admin.put('schemas/deploy', { schema: { pattern: '^(a+)+$' } })).succeeds(201);
    (await ada.rest.post('messages', { to: 'bob', message_type: 'deploy', payload: `${'a'.repeat(10_000)}!` })).problem(422);
    await ada.send({ to: 'bob', message_type: 'deploy', payload: 'a'.repeat(10_000) });
  });
});
