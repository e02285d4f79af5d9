import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Rest } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { upgradeStatus } from '../harness/socket.ts';
import { EventStream } from '../harness/stream.ts';
import { callers, secret, World, type Caller } from '../harness/world.ts';
import { table, type Insider, type Outsider, type Row } from './isolation.table.ts';

const server = await startServer();

/** A world of words, to name a row by. */
const placeholders = {
  project: { id: 'PROJECT' },
  tokens: Object.fromEntries(callers.map((caller) => [caller, null])),
  message: 'MESSAGE',
  lease: 'LEASE',
  thread: 'THREAD',
  execution: 'EXECUTION',
  event: 'EVENT',
  hook: 'HOOK',
  deadLetter: 'DEAD',
  tokenId: 'TOKEN',
} as unknown as World;

interface Outcome {
  readonly status: number;
  readonly text: string;
}

/** Makes the call of a row by this client; a refusal is checked for its form. */
async function attempt({ method, path, body }: Row, world: World, rest: Rest, query: Record<string, string> = {}): Promise<Outcome> {
  if (method === 'SSE') return { status: await EventStream.status(rest, path(world), { query }), text: '' };
  if (method === 'WS') return { status: await upgradeStatus(server.url, path(world), { token: rest.token, query }), text: '' };
  const answer = await rest.call(method, path(world), body?.(world), { query });
  if (answer.status >= 400) answer.problem(answer.status);
  return { status: answer.status === 200 ? ofItem(answer.text) : answer.status, text: answer.text };
}

/** What became of the one item of a batch, each of which has a status of its own. */
function ofItem(text: string): number {
  const { items } = JSON.parse(text) as { items?: { status?: unknown }[] };
  const status = items?.[0]?.status;
  return typeof status === 'number' ? status : 200;
}

function mayDoIt(status: number): boolean {
  return status < 400 || status === 504;
}

describe('Who may do what', { concurrency: 4 }, () => {
  for (const row of table) {
    it(nameOf(row), async () => {
      const wrong: string[] = [];
      const check = async (world: World, caller: Caller, expected: number) => {
        const { status } = await attempt(row, world, server.rest(world.tokens[caller]), { project_id: world.project.id });
        if (status !== expected) wrong.push(`${caller}: ${status} where ${expected} is right`);
      };

      // Who is refused comes first, on one world, so that the first who may finds it unchanged.
      const world = await World.create(server);
      for (const caller of ['nobody', 'expired', 'revoked'] as const) await check(world, caller, 401);
      const insiders = (Object.entries(row.expected) as [Insider | Outsider, number][]).filter(
        (one): one is [Insider, number] => one[0] !== 'intruder' && one[0] !== 'stranger',
      );
      for (const [caller, expected] of insiders.filter(([, one]) => !mayDoIt(one))) await check(world, caller, expected);

      const those = insiders.filter(([, one]) => mayDoIt(one));
      for (const [n, [caller, expected]] of those.entries())
        await check(n === 0 || row.method === 'GET' || row.method === 'SSE' ? world : await World.create(server), caller, expected);

      assert.deepEqual(wrong, []);
    });
  }
});

describe('An agent of another project', { concurrency: 4 }, () => {
  for (const row of table) {
    it(`sees and changes nothing of this one by ${nameOf(row)}`, async () => {
      const world = await World.create(server);
      const before = await contentOf(world);
      const rest = server.rest(world.tokens.stranger);
      const nowhere = Object.create(world, { project: { value: { id: `p-${randomUUID()}` } } }) as World;

      const named = await attempt(row, world, rest, { project_id: world.project.id });
      const none = await attempt(row, nowhere, rest, { project_id: nowhere.project.id });
      const own = await attempt(row, world, rest);

      const { intruder, stranger } = row.expected;
      assert.deepEqual({ intruder: named.status, stranger: own.status }, { intruder, stranger });
      for (const { text } of [named, own]) assertTellsNothing(text, world, row);
      const asNone = { ...named, text: named.text.replaceAll(world.project.id, nowhere.project.id) };
      assert.deepEqual(asNone, none, 'a project that is not there is answered otherwise');
      assert.deepEqual(await contentOf(world), before);
    });
  }

  /** What the project holds, as its administrator sees it. */
  async function contentOf({ project }: World): Promise<string[]> {
    const lists = ['agents', 'messages', 'dead-letters', 'squads', 'memory', 'executions', 'agents/bob/inbox'];
    const answers = await Promise.all(lists.map((list) => project.admin.get(list)));
    for (const answer of answers) answer.succeeds(200);
    return answers.map((answer) => answer.text);
  }

  it('opens nothing of this one with a ticket', async () => {
    const world = await World.create(server);
    const rest = server.rest(world.tokens.stranger);
    const path = `/api/v1/sse/project/${world.project.id}`;
    const { ticket } = (await rest.post('tickets', { path })).as<{ ticket: string }>(201);
    assert.equal(await EventStream.status(server.rest(null), `project/${world.project.id}`, { query: { ticket } }), 404);
  });

  /** Whole values alone: some ids are short numbers. */
  function isIn(text: string, one: string): boolean {
    return one === secret ? text.includes(one) : [`"${one}"`, `'${one}'`].some((quoted) => text.includes(quoted));
  }

  /** A refusal may repeat what the caller said. */
  function assertTellsNothing(text: string, world: World, row: Row): void {
    const said = `${row.path(world)} ${JSON.stringify(row.body?.(world) ?? null)}`;
    for (const one of world.secrets)
      if (one !== world.project.id && !said.includes(one)) assert.ok(!isIn(text, one), `shows ${one}: ${text}`);
    const rest = text.replaceAll(`There is no project '${world.project.id}'.`, '');
    assert.ok(!rest.includes(world.project.id), `shows the project: ${text}`);
  }
});

/** Where the calls of a document, or of one path, are found. */
interface Described {
  readonly servers?: readonly { readonly url: string }[];
}

describe('Every call that the server describes', () => {
  it('is tried here with every token', async () => {
    const document = (await server.rest(null).get('/openapi/v1.json')).as<Described & { paths: Record<string, Described> }>(200);
    const methods = ['get', 'post', 'put', 'patch', 'delete'];
    const base = document.servers![0]!.url;
    const tried = table.map((row) => [
      row.method === 'SSE' ? 'GET' : row.method,
      `/${row.method === 'SSE' ? 'sse/' : ''}${row.path(placeholders)}`.split('?')[0]!,
    ]);

    // What stands outside the base path, as health, has a server of its own.
    const described = Object.entries(document.paths)
      .filter(([, { servers }]) => servers === undefined || servers[0]!.url === base)
      .flatMap(([path, operations]) =>
        Object.keys(operations)
          .filter((one) => methods.includes(one))
          .map((one) => [one.toUpperCase(), path] as const),
      );
    const untried = described
      .filter(([method, path]) => !tried.some(([triedMethod, triedPath]) => triedMethod === method && pattern(path).test(triedPath!)))
      .map((call) => call.join(' '));

    assert.equal(base, '/api/v1');
    assert.ok(described.length > 50, `the document describes ${described.length} calls`);
    assert.deepEqual(untried, []);
  });

  /** A key of shared memory takes the rest of the path, slashes and all. */
  function pattern(template: string): RegExp {
    const part = (name: string) => (name === '{key}' ? '.+' : '[^/]+');
    return new RegExp(`^${template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, part)}$`);
  }
});

function nameOf(row: Row): string {
  return `${row.method} ${row.path(placeholders)}${row.body ? ` ${JSON.stringify(row.body(placeholders))}` : ''}`;
}
