import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject } from '../harness/project.ts';
import { assertNames, type Answer } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import type { Message, Page, Problem } from '../harness/wire.ts';

const server = await startServer();

/** Every call that takes a body, by what it is for. */
function calls(project: TestProject): [string, string][] {
  return [
    ['POST', 'messages'],
    ['POST', 'messages/preview'],
    ['POST', 'messages/batch'],
    ['POST', 'broadcast'],
    ['POST', 'requests'],
    ['POST', 'acks'],
    ['POST', 'messages/0199e1c2-0000-7000-8000-000000000000/ack'],
    ['POST', 'messages/0199e1c2-0000-7000-8000-000000000000/nack'],
    ['POST', 'messages/0199e1c2-0000-7000-8000-000000000000/extend'],
    ['POST', 'agents/register'],
    ['PUT', 'agents/ada'],
    ['PUT', 'agents/ada/status'],
    ['PUT', 'agents/ada/subscriptions'],
    ['POST', 'agents/ada/claim'],
    ['POST', 'dead-letters/requeue'],
    ['POST', 'dead-letters/purge'],
    ['POST', 'dead-letters/1/resend'],
    ['POST', 'executions'],
    ['PATCH', 'executions/0199e1c2-0000-7000-8000-000000000000'],
    ['POST', 'executions/0199e1c2-0000-7000-8000-000000000000/logs'],
    ['POST', 'executions/0199e1c2-0000-7000-8000-000000000000/complete'],
    ['POST', 'squads'],
    ['PUT', 'squads/alpha'],
    ['POST', 'projects'],
    ['PUT', `projects/${project.id}`],
    ['POST', 'tokens'],
    ['POST', 'tickets'],
  ];
}

function refusedAsInput(answer: Answer): Problem {
  assert.ok(answer.status >= 400 && answer.status < 500, `a refusal: ${answer}`);
  return answer.problem(answer.status);
}

async function storedMessages(project: TestProject): Promise<number> {
  return (await project.admin.get('messages')).as<Page<Message>>(200).items.length;
}

describe('A body that is not JSON', { concurrency: 4 }, () => {
  const bodies: [string, string | Uint8Array][] = [
    ['nothing but space', '  '],
    ['truncated', '{"to":"bob","content":"x"'],
    ['truncated in a string', '{"to":"bob","content":"x'],
    ['two documents', '{"to":"bob","content":"x"}{}'],
    ['a comment', '{"to":"bob",/* hi */"content":"x"}'],
    ['a comma too many', '{"to":"bob","content":"x",}'],
    ['single quotes', "{'to':'bob'}"],
    ['no number', '{"to":"bob","content":"x","priority":NaN}'],
    ['a member twice', '{"to":"bob","to":"ada","content":"x"}'],
    ['invalid UTF-8', Buffer.concat([Buffer.from('{"to":"bob","content":"'), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from('"}')])],
    ['half a surrogate pair', '{"to":"bob","content":"\\ud800"}'],
    ['deep', '['.repeat(100_000)],
    ['deep and whole', `{"to":"bob","payload":${'['.repeat(2_000)}${']'.repeat(2_000)}}`],
    ['a number', '7'],
    ['a string', '"x"'],
    ['null', 'null'],
    ['an array', '[]'],
    ['a control character', '{"to":"bob","content":"a\u0001"}'],
  ];

  for (const [what, raw] of bodies)
    it(`(${what}) is a problem of the sender’s and changes nothing`, async () => {
      const project = await TestProject.create(server);
      const [ada] = await project.pair();
      (await ada.rest.post('messages', undefined, { raw })).problem(400, 'invalid_request');
      assert.equal(await storedMessages(project), 0);
    });

  it('is refused everywhere', async () => {
    const project = await TestProject.create(server);
    await project.pair();
    for (const [method, path] of calls(project))
      for (const raw of ['{', '[', '"', '\u0000', '['.repeat(5_000)])
        refusedAsInput(await project.admin.call(method, path, undefined, { raw }));
    assert.equal(await storedMessages(project), 0);
  });
});

describe('An unknown field', { concurrency: 4 }, () => {
  it('is refused by name, everywhere', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    (await project.admin.post('squads', { squad_id: 'alpha', name: 'Alpha' })).succeeds();
    const known = (await ada.execution()).execution_id;
    const message = await ada.tell('bob', 'x');
    for (const [method, path] of calls(project)) {
      const real = path.startsWith('messages/') ? path.replace(/0199e1c2[^/]*/, message) : path.replace(/0199e1c2[^/]*/, known);
      const answer = await project.admin.call(method, real, { bogus_field: 1 });
      assertNames(answer.problem(400, 'invalid_request'), 'bogus_field');
    }
  });

  it('keeps its name as it was written', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    for (const field of ['messageType', 'TO', 'Content', 'sender', '$type', '__proto__', 'größe'])
      assertNames(
        (
          await ada.rest.post('messages', undefined, {
            raw: JSON.stringify({ to: 'bob', content: 'x' }).replace('{', `{${JSON.stringify(field)}:1,`),
          })
        ).problem(400, 'invalid_request'),
        field,
      );
  });
});

describe('Random bodies', { concurrency: 4 }, () => {
  it('never make the server fail, and never change what is stored', async () => {
    const project = await TestProject.create(server);
    await project.pair();
    const random = generator(20260122);
    for (const [method, path] of calls(project)) {
      for (let n = 0; n < 40; n++) {
        const body = { ...(garbage(random, 3) as object), bogus_field: garbage(random, 2) };
        refusedAsInput(await project.admin.call(method, path, body));
      }
    }
    assert.equal(await storedMessages(project), 0);
  });

  it('are refused with a reason, or accepted as what they mean', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const random = generator(7);
    const fields = [
      'message_type',
      'content',
      'payload',
      'priority',
      'ttl_seconds',
      'deliver_at',
      'conversation_thread_id',
      'reply_to',
      'outcome',
      'supersedes',
      'task_id',
      'execution_id',
      'metadata',
      'idempotency_key',
      'intent',
      'surface',
    ];
    for (let n = 0; n < 400; n++) {
      const field = fields[Math.floor(random() * fields.length)]!;
      const answer = await ada.rest.post('messages', { to: 'bob', content: 'x', [field]: garbage(random, 3) });
      if (answer.status === 201) continue;
      const problem = refusedAsInput(answer);
      if (problem.status === 400) assertNames(problem, field);
    }
  });
});

describe('Text from everywhere', { concurrency: 4 }, () => {
  it('is kept as it is', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const texts = [
      '\u202eevil\u202c',
      'a\u0001\u001f\u007f',
      '👩‍👩‍👧‍👦',
      'e\u0301',
      '\ufeffbom',
      '\u2028\u2029',
      '"\\/\b\f\n\r\t',
      '<script>alert(1)</script>',
      'ﷺ'.repeat(1_000),
      '\uffff\ufffe',
      ' ',
    ];
    for (const text of texts) await ada.send({ to: 'bob', content: text, metadata: { text } });
    const items = await bob.claim({ max: 50 });
    assert.deepEqual(
      items.map(({ message }) => [message.content, message.metadata]),
      texts.map((text) => [text, { text }]),
    );
  });

  it('cannot be a name if it contains bidirectional, invisible, or control characters', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const names = ['a\u0000', 'Ada \u202e', 'a\u2066b', 'a\nb', 'a\u0007', '', ' ', 'x'.repeat(10_000)].map((name) => ({ name }));
    const others = [{ role: '\u0000' }, { capabilities: ['\u0000'] }, { metadata: { a: '\u0000' } }, { metadata: { '\u0000': 1 } }];
    for (const body of [...names, ...others])
      assertNames((await ada.rest.put('agents/ada', body)).problem(400, 'invalid_request'), Object.keys(body)[0]!);
  });
});

/** Numbers between 0 and 1, the same for the same seed, so that a failure can be seen again. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const oddities: readonly unknown[] = [
  null, true, false, 0, -1, 1.5, 1e308, -1e308, 2 ** 53, '', ' ', 'x', '0', 'null', '\u0000', '\u202e', '👍', 'x'.repeat(300), '../..',
  '2026-01-22T13:56:52Z', '9999-12-31T23:59:59Z', '0199e1c2-0000-7000-8000-000000000000', '*', 'squad:', [], {},
]; // prettier-ignore

/** Something that somebody might send by mistake. */
function garbage(random: () => number, depth: number): unknown {
  const choice = random();
  if (depth > 0 && choice < 0.2) return Array.from({ length: Math.floor(random() * 4) }, () => garbage(random, depth - 1));
  if (depth > 0 && choice < 0.5) {
    const names = [
      'to',
      'content',
      'payload',
      'items',
      'agent_id',
      'name',
      'kind',
      'lease_id',
      'message_id',
      'settings',
      'x',
      '',
      '\u0000',
    ];
    const pick = () => names[Math.floor(random() * names.length)]!;
    return Object.fromEntries(Array.from({ length: Math.floor(random() * 5) }, () => [pick(), garbage(random, depth - 1)]));
  }
  return oddities[Math.floor(random() * oddities.length)];
}
