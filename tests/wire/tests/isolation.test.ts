import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startServer } from '../harness/server.ts';
import { upgradeStatus } from '../harness/socket.ts';
import { EventStream } from '../harness/stream.ts';
import { callers, World, type Caller } from '../harness/world.ts';
import { table, type Expected, type Insider, type Row } from './isolation.table.ts';

const server = await startServer();

/** A world of words, to name a row by. */
const placeholders = {
  project: { id: 'PROJECT' },
  tokens: Object.fromEntries(callers.map((caller) => [caller, null])),
  message: 'MESSAGE',
  lease: 'LEASE',
  thread: 'THREAD',
  execution: 'EXECUTION',
  deadLetter: 'DEAD',
  tokenId: 'TOKEN',
} as unknown as World;

/** Makes the call of a row as somebody, and answers with the status; a refusal is checked for its form. */
async function attempt({ method, path, body }: Row, world: World, caller: Caller): Promise<number> {
  const rest = world.project.as(world.tokens[caller]);
  if (method === 'SSE') return EventStream.status(rest, path(world));
  if (method === 'WS') return upgradeStatus(server.url, path(world), { token: rest.token, query: { project_id: world.project.id } });
  const answer = await rest.call(method, path(world), body?.(world));
  if (answer.status >= 400) answer.problem(answer.status);
  return answer.status;
}

function fits(status: number, expected: Expected): boolean {
  if (expected === 'ok') return (status >= 200 && status < 300) || status === 101;
  return typeof expected === 'number' ? status === expected : expected.some((one) => fits(status, one));
}

function mayDoIt(expected: Expected): boolean {
  return [expected].flat().some((one) => one === 'ok' || one < 400 || one === 504);
}

describe('Who may do what', { concurrency: 4 }, () => {
  for (const row of table) {
    const name = `${row.method} ${row.path(placeholders)}${row.body ? ` ${JSON.stringify(row.body(placeholders))}` : ''}`;

    it(name, async () => {
      const wrong: string[] = [];
      const check = async (world: World, caller: Caller, expected: Expected) => {
        const status = await attempt(row, world, caller);
        if (!fits(status, expected)) wrong.push(`${caller}: ${status} where ${JSON.stringify(expected)} is right`);
      };

      // Who is refused comes first, on one world, so that the first who may finds it unchanged.
      const world = await World.create(server);
      for (const caller of ['nobody', 'expired', 'revoked'] as const) await check(world, caller, 401);
      if (isAboutOne(row)) await check(world, 'stranger', [403, 404]);
      const insiders = Object.entries(row.expected) as [Insider, Expected][];
      for (const [caller, expected] of insiders.filter(([, one]) => !mayDoIt(one))) await check(world, caller, expected);

      const those = insiders.filter(([, one]) => mayDoIt(one));
      for (const [n, [caller, expected]] of those.entries())
        await check(n === 0 || row.method === 'GET' || row.method === 'SSE' ? world : await World.create(server), caller, expected);

      assert.deepEqual(wrong, []);
    });
  }
});

describe('An agent of another project', () => {
  it('sees nothing of this one in any list', async () => {
    const world = await World.create(server);
    const rest = world.project.as(world.tokens.stranger);
    for (const row of table.filter((one) => one.method === 'GET' && !isAboutOne(one))) {
      const { status, text } = await rest.get(row.path(world));
      assert.ok(status === 200 || status === 403 || status === 404, `${row.path(world)}: ${status}`);
      for (const secret of [world.project.id, world.message, world.execution, 'private'])
        assert.ok(!text.includes(`"${secret}"`) && !/"private"/.test(text), `${row.path(world)} shows ${secret}`);
    }
  });
});

describe('Every call that the server describes', () => {
  it('is tried here with every token', async () => {
    const document = (await server.rest(null).get('/openapi/v1.json')).as<{ paths: Record<string, object> }>(200);
    const methods = ['get', 'post', 'put', 'patch', 'delete'];
    const tried = table.map((row) => [
      row.method === 'SSE' ? 'GET' : row.method,
      `/api/v1/${row.method === 'SSE' ? 'sse/' : ''}${row.path(placeholders)}`.split('?')[0]!,
    ]);

    const untried = Object.entries(document.paths)
      .filter(([path]) => path.startsWith('/api/'))
      .flatMap(([path, operations]) =>
        Object.keys(operations)
          .filter((one) => methods.includes(one))
          .map((one) => [one.toUpperCase(), path] as const),
      )
      .filter(([method, path]) => !tried.some(([triedMethod, triedPath]) => triedMethod === method && pattern(path).test(triedPath!)))
      .map((call) => call.join(' '));

    assert.deepEqual(untried, []);
  });

  function pattern(template: string): RegExp {
    return new RegExp(`^${template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+')}$`);
  }
});

/** Whether the call is about a thing of this project, which a stranger therefore can not find. */
function isAboutOne(row: Row): boolean {
  const [path, body] = [row.path(placeholders), JSON.stringify(row.body?.(placeholders) ?? null)];
  return ['MESSAGE', 'THREAD', 'EXECUTION', 'DEAD', 'PROJECT', 'TOKEN', '/bob'].some((one) => path.includes(one) || body.includes(one));
}
