import { randomUUID } from 'node:crypto';
import type { Caller, World } from '../harness/world.ts';

/** What a caller may get: any success, or one of these statuses. */
export type Expected = 'ok' | number | readonly (number | 'ok')[];

/** Those who are someone here. The others are refused everywhere, in the same way. */
export type Insider = Exclude<Caller, 'stranger' | 'expired' | 'revoked' | 'nobody'>;

export interface Row {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'SSE' | 'WS';
  readonly path: (world: World) => string;
  readonly body?: (world: World) => unknown;
  readonly expected: Record<Insider, Expected>;
}

type Expectations = Partial<Record<Insider | 'agents' | 'rest', Expected>>;

/** Fills in a row: a caller named by itself, else as one of the agents, else as the rest, else refused. */
function row(method: Row['method'], path: string | Row['path'], expectations: Expectations, body?: unknown): Row {
  const { agents, rest, ...named } = expectations;
  const of = (caller: Insider, group?: Expected): Expected => named[caller] ?? group ?? rest ?? 403;
  return {
    method,
    path: typeof path === 'string' ? () => path : path,
    ...(body === undefined ? {} : { body: typeof body === 'function' ? (body as Row['body'])! : () => body }),
    expected: {
      admin: of('admin'),
      operator: of('operator'),
      observer: of('observer'),
      ada: of('ada', agents),
      bob: of('bob', agents),
      eve: of('eve', agents),
      join: named.join ?? 403,
    },
  };
}

/** Read by all who belong to the project. */
const readers: Expectations = { rest: 'ok' };
/** Read by those who took part, and those who read all. */
const participants: Expectations = { rest: 'ok', eve: 404 };
/** For the agent ada, and those above. */
const adas: Expectations = { admin: 'ok', operator: 'ok', ada: 'ok' };
const above: Expectations = { admin: 'ok', operator: 'ok' };
const admins: Expectations = { admin: 'ok' };
const settlers: Expectations = { admin: 'ok', bob: 'ok', ada: 404, eve: 404, operator: [403, 404] };
const executors: Expectations = { admin: 'ok', operator: 'ok', ada: 'ok', bob: 'ok' };
const text = { content: 'x' };

const message =
  (rest = '') =>
  (world: World) =>
    `messages/${world.message}${rest}`;
const execution =
  (rest = '') =>
  (world: World) =>
    `executions/${world.execution}${rest}`;
const lease = (world: World) => ({ lease_id: world.lease });

/** Who may do what, call by call. */
export const table: readonly Row[] = [
  row('POST', 'agents/register', { admin: 'ok', operator: 'ok', join: 'ok' }, { agent_id: 'new', name: 'New' }),
  row('POST', 'agents/register', { admin: 'ok', operator: 'ok', ada: 'ok', join: [403, 409] }, { agent_id: 'ada', name: 'Ada' }),
  row('GET', 'agents', readers),
  row('GET', 'agents/online', readers),
  row('GET', 'agents/ada', readers),
  row('PUT', 'agents/ada', adas, { name: 'Ada' }),
  row('DELETE', 'agents/ada', adas),
  row('PUT', 'agents/ada/status', adas, { status: 'busy' }),
  row('POST', 'agents/ada/heartbeat', adas),
  row('POST', 'agents/ada/pause', above),
  row('POST', 'agents/ada/resume', above),
  row('GET', 'agents/ada/subscriptions', readers),
  row('PUT', 'agents/ada/subscriptions', adas, { topics: ['a.b'] }),
  row('POST', 'agents/ada/token', adas),

  row('POST', 'messages', { admin: ['ok', 400], operator: 201, agents: 201 }, { to: 'bob', ...text }),
  row('POST', 'messages', { admin: 201, ada: 201 }, { to: 'bob', sender_id: 'ada', ...text }),
  row('POST', 'messages', { admin: 201, operator: 201 }, { to: 'bob', sender_id: 'human', ...text }),
  row('POST', 'messages', { admin: ['ok', 404], operator: ['ok', 404], ada: 201, bob: 201, eve: 404 }, (world: World) => ({
    to: 'bob',
    reply_to: world.message,
    ...text,
  })),
  row('POST', 'messages/batch', { admin: 'ok', operator: 'ok', agents: 'ok' }, { items: [{ to: 'bob', ...text }] }),
  row('POST', 'broadcast', { admin: ['ok', 400], operator: 201, agents: 201 }, text),
  row('POST', 'requests', { admin: [400, 504], operator: 504, agents: 504 }, { to: 'bob', timeout_seconds: 1, ...text }),
  row('GET', 'messages', readers),
  row('GET', 'messages/recent', readers),
  row('GET', message(), participants),
  row('GET', message('/trace'), participants),
  row('PUT', message('/reactions/x'), { admin: ['ok', 400, 403], operator: 'ok', ada: 'ok', bob: 'ok', eve: 404 }),
  row('DELETE', message('/reactions/x'), { admin: ['ok', 400, 403], operator: ['ok', 404], ada: ['ok', 404], bob: ['ok', 404], eve: 404 }),
  row('DELETE', message(), { admin: 'ok', operator: 'ok', ada: 'ok', bob: 403, eve: 404 }),

  row('GET', 'agents/bob/inbox', { admin: 'ok', operator: 'ok', observer: 'ok', bob: 'ok' }),
  row('GET', 'messages/bob', { admin: 'ok', operator: 'ok', observer: 'ok', bob: 'ok', agents: [403, 404] }),
  row('GET', 'agents/human/inbox', { admin: 'ok', operator: 'ok', observer: 'ok' }),
  row('POST', 'agents/bob/claim', { admin: 'ok', bob: 'ok' }, {}),
  row('POST', 'agents/human/claim', above, {}),
  row('POST', message('/ack'), settlers, lease),
  row('POST', message('/nack'), settlers, lease),
  row('POST', message('/extend'), settlers, lease),
  row('POST', message('/surfaced'), { ...settlers, admin: ['ok', 404] }),
  row('POST', 'acks', { admin: 'ok', operator: 'ok', agents: 'ok' }, (world: World) => ({
    items: [{ message_id: world.message, ...lease(world) }],
  })),

  row('GET', 'dead-letters', readers),
  row('POST', (world) => `dead-letters/${world.deadLetter}/requeue`, above),
  row('DELETE', (world) => `dead-letters/${world.deadLetter}`, above),
  row('POST', 'dead-letters/requeue', above, {}),
  row('POST', 'dead-letters/purge', above, {}),

  row('GET', 'threads', readers),
  row('GET', (world) => `threads/${world.thread}`, participants),
  row('GET', (world) => `threads/${world.thread}/current?since=1`, participants),

  row('POST', 'squads', above, { name: 'Beta' }),
  row('GET', 'squads', readers),
  row('GET', 'squads/alpha', readers),
  row('PUT', 'squads/alpha', above, { name: 'Alpha' }),
  row('PUT', 'squads/alpha/members/eve', above),
  row('DELETE', 'squads/alpha/members/ada', above),
  row('DELETE', 'squads/alpha', above),

  row('POST', 'memory', { admin: 'ok', operator: 'ok', agents: 'ok' }, { key: 'a/b', value: 1 }),
  row('GET', 'memory', readers),
  row('PUT', 'memory/key/a/b', { admin: 'ok', operator: 'ok', agents: 'ok' }, { value: 2 }),
  row('GET', 'memory/key/a/b', readers),
  row('DELETE', 'memory/key/a/b', { admin: 'ok', operator: 'ok', agents: 'ok' }),

  row('POST', 'executions', { admin: 'ok', operator: 'ok', agents: 'ok' }, { title: 'A run' }),
  row('GET', 'executions', readers),
  row('GET', execution(), readers),
  row('PATCH', execution(), executors, { progress: 10 }),
  row('POST', execution('/logs'), executors, { message: 'x' }),
  row('POST', execution('/complete'), executors, {}),
  row('POST', execution('/fail'), executors, { error: 'x' }),
  row('POST', execution('/cancel'), executors, {}),

  row('GET', 'projects', { admin: 'ok', operator: 'ok', observer: 'ok' }),
  row('GET', (world) => `projects/${world.project.id}`, { admin: 'ok', operator: 'ok', observer: 'ok' }),
  row('POST', 'projects', admins, () => ({ project_id: `q-${randomUUID()}`, name: 'Q' })),
  row('PUT', (world) => `projects/${world.project.id}`, admins, { name: 'P' }),
  row('DELETE', (world) => `projects/${world.project.id}`, admins),
  row('POST', 'tokens', admins, (world: World) => ({ kind: 'observer', project_id: world.project.id })),
  row('GET', 'tokens', { admin: 'ok', operator: 'ok', observer: 'ok' }),
  row('DELETE', (world) => `tokens/${world.tokenId}`, admins),
  row('POST', 'tickets', readers, (world: World) => ({ path: `/api/v1/sse/project/${world.project.id}` })),
  row('GET', 'stats', readers),

  row('SSE', (world) => `project/${world.project.id}`, readers),
  row('SSE', (world) => `execution/${world.execution}`, readers),
  row('SSE', (world) => `thread/${world.thread}`, participants),
  row('SSE', 'agent/bob', { admin: 'ok', operator: 'ok', observer: 'ok', bob: 'ok' }),
  row('SSE', 'events', readers),
  row('WS', '/ws/bob', { admin: 'ok', operator: [403, 'ok'], bob: 'ok' }),
  row('WS', '/ws/human', { admin: 'ok', operator: 'ok', observer: 'ok' }),
  row('WS', (world) => `/ws/agent/messages/${world.project.id}?agent_id=bob`, {
    admin: 'ok',
    bob: 'ok',
    operator: [403, 'ok'],
    observer: [403, 'ok'],
  }),
];
