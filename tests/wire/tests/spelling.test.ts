import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject, type TestAgent } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';
import type { Message, SendAnswer } from '../harness/wire.ts';

const server = await startServer();
const most = 256 * 1024;

/** JSON in which every letter of every text is an escape. */
function escaped(value: unknown): string {
  return JSON.stringify(value).replace(/"(?:[^"\\]|\\.)*"/g, (text) => {
    const said = JSON.parse(text) as string;
    const letters = Array.from({ length: said.length }, (_, n) => `\\u${said.charCodeAt(n).toString(16).padStart(4, '0')}`);
    return `"${letters.join('')}"`;
  });
}

/** The fields of a message whose content, payload and metadata are spelled as given. */
function spelled(content: string, payload = 'null', metadata = 'null', rest = ''): string {
  return `{"to":"bob","content":${content},"payload":${payload},"metadata":${metadata}${rest}}`;
}

async function post(agent: TestAgent, body: string): Promise<{ status: number; body: SendAnswer }> {
  const response = await fetch(new URL('/api/v1/messages', server.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${agent.token}`, 'content-type': 'application/json' },
    body,
  });
  return { status: response.status, body: (await response.json()) as SendAnswer };
}

describe('How JSON is spelled', { concurrency: 4 }, () => {
  it('does not matter for an idempotency key', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const content = 'Grüße, "😀"\\ a/b\n\u001f';
    const [payload, metadata] = [
      { list: [1, 1.5, null, { x: 'ä', y: [] }], of: 'things' },
      { a: 1, b: { c: 2, d: 3 } },
    ];
    const key = ',"idempotency_key":"k"';
    const spellings = [
      spelled(JSON.stringify(content), JSON.stringify(payload), JSON.stringify(metadata), key),
      spelled(escaped(content), escaped(payload), escaped(metadata), key),
      spelled(
        JSON.stringify(content),
        JSON.stringify(payload, null, 4),
        JSON.stringify(metadata, null, '\t').replaceAll('\n', '\r\n'),
        key,
      ),
      spelled(
        JSON.stringify(content).replace('/', '\\/'),
        '{ "of": "things", "list": [ 1, 1.5, null, {"y": [], "x": "ä"} ] }',
        '{"b":{"d":3,"c":2},"a":1}',
        key,
      ),
    ];
    const first = await post(ada, spellings[0]!);
    assert.equal(first.status, 201);

    for (const spelling of spellings) {
      const { status, body } = await post(ada, spelling);
      assert.deepEqual([status, body.message_id, body.duplicate], [201, first.body.message_id, true], spelling);
    }
    const socket = await ada.connect();
    for (const [n, spelling] of spellings.entries()) {
      socket.sendText(`{"event":"message:send","id":"${n}","data":${spelling}}`);
      const { event, data } = await socket.take('the answer', ({ id }) => id === `${n}`);
      assert.deepEqual([event, (data as SendAnswer).message_id], ['ok', first.body.message_id]);
    }
    assert.equal((await bob.look()).length, 1);
  });

  it('does not change what readers get', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const content = 'Grüße, "😀" \\u0041 \\ a/b\r\n\t\b\f\u001f\u007f\u2028';
    const payload = { ' a ': [' b ', '\n', '\\"', { ä: 'ö' }], n: 12345678901234567000 };
    for (const [one, two] of [
      [JSON.stringify(content), JSON.stringify(payload, null, 2)],
      [escaped(content), escaped(payload)],
    ] as const) {
      const { status, body } = await post(ada, spelled(one, two));
      assert.equal(status, 201);
      const message = (await ada.rest.get(`messages/${body.message_id}`)).as<Message>(200);
      assert.deepEqual([message.content, message.payload], [content, payload]);
    }
  });

  it('does not count against the size limit', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const fits = 'x'.repeat(most - 2);
    const socket = await ada.connect();
    for (const content of [fits, 'ж'.repeat(most / 2 - 1), '😀'.repeat(most / 4 - 1)]) {
      assert.equal((await post(ada, spelled(JSON.stringify(content)))).status, 201);
      assert.equal((await post(ada, spelled(escaped(content)))).status, 201);
      socket.sendText(`{"event":"message:send","id":"a","data":${spelled(escaped(content))}}`);
      assert.equal((await socket.take('the answer')).event, 'ok');
      const larger = `${content}xxxx`;
      assert.equal((await post(ada, spelled(JSON.stringify(larger)))).status, 413);
      assert.equal((await post(ada, spelled(escaped(larger)))).status, 413);
    }
    const lines = `[${'\n'.repeat(most)}]`;
    assert.equal((await post(ada, spelled('"x"', lines))).status, 201);
  });
});
