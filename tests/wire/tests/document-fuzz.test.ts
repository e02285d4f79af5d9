import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { patience, within } from '../harness/deadline.ts';
import { ApiDocument, type Operation, type Schema } from '../harness/document.ts';
import { mutations } from '../harness/mutations.ts';
import { TestProject } from '../harness/project.ts';
import { assertProblem } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import type { Frame, Problem } from '../harness/wire.ts';

const server = await startServer();
const document = await ApiDocument.of(server);
/** Their bodies are another system's own, so the document says nothing about them. They have tests of their own. */
const foreign = new Set(['DeliverInbound', 'CallHook']);
const bodies = document.operations.filter((one) => one.requestBody !== undefined && !foreign.has(one.operationId));
const nowhere = '0199e1c2-0000-7000-8000-000000000000';

/** What a path names, where that is there. */
const there: Record<string, string> = { agent_id: 'bob', squad_id: 'alpha', key: 'a/b', emoji: '👍', task_id: 'build' };

/** What would make a good body wait: nobody is there to answer. */
const quick: Record<string, object> = { SendRequest: { to: 'nobody' }, ClaimMessages: { wait: 0 } };

async function world(): Promise<TestProject> {
  const project = await TestProject.create(server, { rate_limit_per_second: 0 });
  await project.pair();
  (await project.admin.post('squads', { squad_id: 'alpha', name: 'Alpha', members: [{ agent_id: 'bob' }] })).succeeds();
  return project;
}

function address(operation: Operation, project: TestProject, values: Record<string, string> = {}): string {
  const all: Record<string, string> = { project_id: project.id, ...there, ...values };
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(all[name] ?? nowhere));
  // Settling wants to know for whom.
  const who = operation.parameters?.some((one) => one.in === 'query' && one.name === 'agent_id') === true ? '&agent_id=bob' : '';
  return `${server.url}${path}?${operation.path.includes('{project_id}') ? '' : `project_id=${project.id}`}${who}`;
}

/** Sends it, and holds whatever is answered against the document. */
async function send(operation: Operation, url: string, what: string, init: RequestInit = {}): Promise<void> {
  const abort = new AbortController();
  const headers = { authorization: `Bearer ${server.adminToken}`, ...init.headers };
  const response = await within(what, fetch(url, { method: operation.method, ...init, headers, signal: abort.signal }));
  const type = response.headers.get('content-type') ?? '';
  const isStream = type.startsWith('text/event-stream');
  const text = isStream ? 'a stream' : await response.text();
  if (isStream) abort.abort();
  const context = `${operation.method} ${url.slice(server.url.length)} (${operation.operationId}), ${what}: ${response.status} ${text.slice(0, 400)}`;
  assert.ok(response.status < 500, context);
  if (response.status >= 400) assertProblem(JSON.parse(text) as Problem, response.status, undefined, context);
  assert.equal(document.fault(operation, response.status, type, text), undefined, context);
}

describe('What the document describes, sent with every oddity in every place', { concurrency: 2 }, () => {
  for (const operation of bodies)
    it(`is refused or taken, as the document says: the body of ${operation.operationId}`, async () => {
      const project = await world();
      const { schema, example } = document.body(operation)!;
      const base = { ...example, ...quick[operation.operationId] };
      const url = address(operation, project);
      const headers = { 'content-type': 'application/json' };
      let sent = 0;
      for (const { what, json } of mutations(document, schema, base)) {
        await send(operation, url, what, { headers, body: json });
        sent++;
      }
      assert.ok(sent > 20, `Only ${sent} bodies were made.`);
    });

  it('is refused where a field is left out that the document calls required, and nowhere else', async () => {
    for (const operation of bodies) {
      const project = await world();
      const { schema, example } = document.body(operation)!;
      const base: Record<string, unknown> = { ...example, ...quick[operation.operationId] };
      for (const name of Object.keys(schema.properties ?? {})) {
        const { [name]: _, ...without } = base;
        const answer = await fetch(address(operation, project), {
          method: operation.method,
          headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' },
          body: JSON.stringify(without),
        });
        const text = await answer.text();
        const reasons = answer.status === 400 ? ((JSON.parse(text) as Problem).errors?.[name] ?? []) : [];
        const isMissed = reasons.some((reason) => /^is missing(?!, and so is|: this kind|: give a schema)/.test(reason));
        assert.equal(
          isMissed,
          schema.required?.includes(name) === true,
          `${operation.operationId} without ${name}: ${answer.status} ${text}`,
        );
      }
    }
  });

  it('is refused or taken, as the document says: queries, paths and headers', async () => {
    const project = await world();
    // A wait that is taken would be one: nothing comes.
    const odd = ['', '%20', 'x', '%00', '%ff', '%ED%A0%80', '-1', '0', '1.5', '1e1', '99999999999999999999', 'a,b', ',', 'null', '[]'];
    for (const operation of document.operations.filter((one) => one.path.startsWith('/api/'))) {
      const url =
        operation.method === 'DELETE' ? address(operation, project, { ...gone, project_id: 'nothing' }) : address(operation, project);
      const body = { ...document.body(operation)?.example, ...quick[operation.operationId] };
      const init =
        document.body(operation) === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
      for (const { name, in: where } of operation.parameters ?? []) {
        for (const value of odd) {
          const what = `${where} ${name} is '${value}'`;
          if (where === 'query') await send(operation, `${url}&${name}=${value}`, what, init);
          else if (where === 'path' && value !== '') await send(operation, pathWith(operation, project, name, value), what, init);
          else if (where === 'header') await send(operation, url, what, { ...init, headers: { ...init.headers, [name]: value } });
        }
      }
      await send(operation, `${url}&bogus=1`, 'a parameter that nobody knows', init);
    }
  });

  const gone = { agent_id: 'nobody', squad_id: 'nothing', key: 'nothing' };

  function pathWith(operation: Operation, project: TestProject, name: string, value: string): string {
    return address(operation, project, { ...gone, [name]: place }).replace(place, value);
  }

  const place = 'THEPLACE';
});

interface AsyncMessage {
  name: string;
  payload: { properties?: { data?: Schema } };
  examples?: { payload: Frame }[];
}

interface AsyncDocument {
  operations: { sendFrames: { messages: { $ref: string }[] } };
  components: { messages: Record<string, AsyncMessage>; schemas: Record<string, Schema> };
}

describe('A frame with every oddity in every place', { concurrency: 2 }, async () => {
  const frames = (await (await fetch(`${server.url}/asyncapi.json`)).json()) as AsyncDocument;
  // Pointers to schemas look the same in both documents.
  Object.assign(document.json.components.schemas, { ...frames.components.schemas, ...document.json.components.schemas });
  const sent = frames.operations.sendFrames.messages.map(({ $ref }) => frames.components.messages[$ref.split('/').at(-1)!]!);

  it('is known', () => assert.ok(sent.length >= 14, `${sent.length} frames`));

  for (const { name, payload, examples } of sent)
    it(`is answered, and the connection lives: ${name}`, async () => {
      const project = await world();
      const bob = await project.admin.post('agents/bob/token');
      const socket = await connect(bob.as<{ token: string }>().token);
      const data = payload.properties?.data ?? {};
      const example = examples?.[0]?.payload.data ?? {};
      // What takes items takes one alone too.
      for (const schema of data.oneOf ?? [data])
        for (const { what, json } of mutations(
          document,
          schema,
          schema.properties?.['items'] === undefined ? example : { items: [example] },
        ))
          await socket.asks(name, what, json);
      await socket.asks(name, 'an example', JSON.stringify(example));
      socket.close();
    });
});

/** A stock client that sends text and waits for what answers its id. */
async function connect(token: string): Promise<{ asks(event: string, what: string, json: string): Promise<void>; close(): void }> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/bob?window=0`, { headers: { authorization: `Bearer ${token}` } });
  const waiting = new Map<string, (frame: Frame) => void>();
  let ended: (reason: Error) => void;
  const end = new Promise<never>((_, reject) => (ended = reject));
  end.catch(() => undefined);
  socket.on('close', (code, reason) => ended(new Error(`The connection ended with ${code} ${reason.toString()}.`)));
  socket.on('error', (error) => ended(error));
  socket.on('message', (bytes: Buffer) => {
    const frame = JSON.parse(bytes.toString()) as Frame;
    if (frame.event !== 'answer') waiting.get(frame.id ?? '')?.(frame);
  });
  await within('the socket to open', Promise.race([end, new Promise<void>((resolve) => socket.once('open', () => resolve()))]));
  let next = 0;
  return {
    async asks(event, what, json) {
      const id = `f${next++}`;
      const answered = new Promise<Frame>((resolve) => waiting.set(id, resolve));
      const context = `${event}, ${what}`;
      socket.send(`{"event":${JSON.stringify(event)},"id":"${id}","data":${json}}`);
      const answer = await within(`an answer to ${context}: ${json.slice(0, 300)}`, Promise.race([answered, end]), patience);
      waiting.delete(id);
      if (answer.event === 'ok') return;
      assert.equal(answer.event, 'error', `${context}: ${JSON.stringify(answer)}`);
      const problem = answer.data as Problem;
      assertProblem(problem, problem.status, undefined, `${context}: ${JSON.stringify(problem)}`);
      assert.ok(problem.status < 500, `${context}: ${JSON.stringify(problem)}`);
    },
    close: () => socket.terminate(),
  };
}
