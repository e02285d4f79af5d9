import { randomUUID } from 'node:crypto';
import type { Caller, World } from '../harness/world.ts';

/** Those who are someone here. */
export type Insider = Exclude<Caller, 'stranger' | 'expired' | 'revoked' | 'nobody'>;

/** An agent of another project, who names this one (`intruder`), or asks the same in its own (`stranger`). */
export type Outsider = 'intruder' | 'stranger';

export interface Row {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'SSE' | 'WS';
  readonly path: (world: World) => string;
  readonly body?: (world: World) => unknown;
  /** The status that each gets; of a batch, that of its one item. */
  readonly expected: Record<Insider | Outsider, number>;
}

type Expectations = Partial<Record<Insider | Outsider | 'agents' | 'rest', number>>;

/** Fills in a row: a caller named by itself, else as one of the agents, else as the rest, else refused. */
function row(method: Row['method'], path: string | Row['path'], expectations: Expectations, body?: unknown): Row {
  const { agents, rest, ...named } = expectations;
  const of = (caller: Insider, group?: number): number => named[caller] ?? group ?? rest ?? 403;
  const [ada, bob, eve] = [of('ada', agents), of('bob', agents), of('eve', agents)];
  // What no agent may is refused before anybody looks where; all else of another project is not there.
  const elsewhere = [ada, bob, eve].every((status) => status === 403) ? 403 : 404;
  return {
    method,
    path: typeof path === 'string' ? () => path : path,
    ...(body === undefined ? {} : { body: typeof body === 'function' ? (body as Row['body'])! : () => body }),
    expected: {
      admin: of('admin'),
      operator: of('operator'),
      observer: of('observer'),
      ada,
      bob,
      eve,
      join: named.join ?? 403,
      intruder: named.intruder ?? elsewhere,
      stranger: named.stranger ?? elsewhere,
    },
  };
}

/** Read by all who belong to the project. */
const readers: Expectations = { rest: 200 };
/** Likewise, and there in every project. */
const lists: Expectations = { rest: 200, stranger: 200 };
/** Another agent's name is refused before anybody looks where. */
const another: Expectations = { intruder: 403, stranger: 403 };
/** Read by those who took part, and those who read all. */
const participants: Expectations = { rest: 200, eve: 404 };
/** For the agent ada, and those above; there is an ada elsewhere too. */
const adas: Expectations = { admin: 200, operator: 200, ada: 200, stranger: 200 };
const adasEmpty: Expectations = { admin: 204, operator: 204, ada: 204, stranger: 204 };
const above: Expectations = { admin: 200, operator: 200 };
const aboveEmpty: Expectations = { admin: 204, operator: 204 };
const admins: Expectations = { admin: 200 };
const administration: Expectations = { admin: 200, operator: 200, observer: 200 };
const settlers: Expectations = { admin: 204, bob: 204, ada: 404, eve: 404, operator: 404 };
const executors: Expectations = { admin: 200, operator: 200, ada: 200, bob: 200 };
/** Of a task that bob has. */
const workers: Expectations = { admin: 200, operator: 200, bob: 200, intruder: 404, stranger: 404 };
const taskWriters: Expectations = { admin: 200, operator: 200, agents: 200 };
const text = { content: 'x' };
/** For whoever can do it, which is nobody. */
const aPlan = { steps: [{ capability: 'flying', action: 'Fly.' }] };

/** Where nobody connects to: nothing is ever published of this type. */
const hook = { url: 'https://hooks.example.org/x', types: ['never.published'] };

const webhook =
  (rest = '') =>
  (world: World) =>
    `webhooks/${world.webhook}${rest}`;
const message =
  (rest = '') =>
  (world: World) =>
    `messages/${world.message}${rest}`;
const execution =
  (rest = '') =>
  (world: World) =>
    `executions/${world.execution}${rest}`;
const task =
  (rest = '') =>
  (world: World) =>
    `tasks/${world.task}${rest}`;
const reservation =
  (rest = '') =>
  (world: World) =>
    `reservations/${world.reservation}${rest}`;
const workflow =
  (rest = '') =>
  (world: World) =>
    `workflows/${world.workflow}${rest}`;
const question =
  (rest = '') =>
  (world: World) =>
    `questions/${world.question}${rest}`;
const storm =
  (rest = '') =>
  (world: World) =>
    `storms/${world.storm}${rest}`;
const inbound = (world: World) => `inbound/${world.hook}`;
const settling = (world: World) => ({ items: [{ message_id: world.message, ...lease(world) }] });
const lease = (world: World) => ({ lease_id: world.lease });

/** Who may do what, call by call. */
export const table: readonly Row[] = [
  row('POST', 'agents/register', { admin: 201, operator: 201, join: 201, intruder: 404 }, { agent_id: 'new', name: 'New' }),
  row('POST', 'agents/register', { ...adas, join: 409 }, { agent_id: 'ada', name: 'Ada' }),
  row('GET', 'agents', lists),
  row('GET', 'agents/online', lists),
  row('GET', 'agents/ada', lists),
  row('PUT', 'agents/ada', adas, { name: 'Ada' }),
  row('DELETE', 'agents/ada', adasEmpty),
  row('PUT', 'agents/ada/status', adas, { status: 'busy' }),
  row('POST', 'agents/ada/heartbeat', adasEmpty),
  row('POST', 'agents/ada/pause', above),
  row('POST', 'agents/ada/resume', above),
  row('GET', 'agents/ada/subscriptions', lists),
  row('PUT', 'agents/ada/subscriptions', adas, { topics: ['a.b'] }),
  row('POST', 'agents/ada/token', { admin: 201, operator: 201, ada: 201, stranger: 201 }),

  row('POST', 'messages', { admin: 201, operator: 201, agents: 201 }, { to: 'bob', ...text }),
  row('POST', 'messages', { admin: 201, ada: 201 }, { to: 'bob', sender_id: 'ada', ...text }),
  row('POST', 'messages', { admin: 201, operator: 201, intruder: 404 }, { to: 'bob', sender_id: 'human', ...text }),
  row('POST', 'messages', { admin: 201, operator: 201, ada: 201, bob: 201, eve: 404 }, (world: World) => ({
    to: 'bob',
    reply_to: world.message,
    ...text,
  })),
  row('POST', 'messages/preview', { admin: 200, operator: 200, agents: 200 }, { to: 'bob', ...text }),
  row('POST', 'messages/preview', { admin: 200, ada: 200 }, { to: 'bob', sender_id: 'ada', ...text }),
  row('POST', 'messages/batch', { admin: 201, operator: 201, agents: 201 }, { items: [{ to: 'bob', ...text }] }),
  row('POST', 'broadcast', { admin: 201, operator: 201, agents: 201, stranger: 201 }, text),
  row('POST', 'requests', { admin: 504, operator: 504, agents: 504 }, { to: 'bob', timeout_seconds: 1, ...text }),
  row('GET', 'messages', lists),
  row('GET', 'messages/recent', lists),
  row('GET', 'messages/task/build', lists),
  row('GET', message(), participants),
  row('GET', message('/trace'), participants),
  row('PUT', message('/reactions/x'), { admin: 204, operator: 204, ada: 204, bob: 204, eve: 404 }),
  row('DELETE', message('/reactions/x'), { admin: 204, operator: 204, ada: 204, bob: 204, eve: 404 }),
  row('DELETE', message(), { admin: 204, operator: 204, ada: 204, bob: 403, eve: 404 }),

  row('GET', 'agents/bob/inbox', { ...administration, bob: 200, ...another }),
  row('GET', 'messages/bob', { ...administration, bob: 200, agents: 404 }),
  row('GET', 'agents/human/inbox', administration),
  row('GET', 'agents/bob/catch-up', { ...administration, bob: 200, ...another }),
  row('POST', 'agents/bob/claim', { admin: 200, bob: 200, ...another }, {}),
  row('POST', 'agents/human/claim', above, {}),
  row('POST', message('/ack'), settlers, lease),
  row('POST', message('/nack'), settlers, lease),
  row('POST', message('/extend'), settlers, lease),
  row('POST', message('/surfaced'), settlers),
  row('POST', 'acks', settlers, settling),
  row('POST', 'acks?agent_id=bob', { admin: 204, bob: 204, intruder: 404, stranger: 403 }, settling),

  row('GET', 'dead-letters', lists),
  row('GET', 'dead-letters/groups', lists),
  row('POST', (world) => `dead-letters/${world.deadLetter}/requeue`, aboveEmpty),
  row('DELETE', (world) => `dead-letters/${world.deadLetter}`, aboveEmpty),
  row('GET', (world) => `dead-letters/${world.deadLetter}`, { ...administration, bob: 200, agents: 404 }),
  row('POST', (world) => `dead-letters/${world.deadLetter}/resend`, { admin: 201, operator: 201 }, {}),
  row('POST', 'dead-letters/requeue', above, {}),
  row('POST', 'dead-letters/purge', above, {}),

  row('GET', 'threads', lists),
  row('GET', (world) => `threads/${world.thread}`, participants),
  row('GET', (world) => `threads/${world.thread}/digest`, participants),
  row('GET', (world) => `threads/${world.thread}/current?since=1`, participants),

  row('POST', 'squads', { admin: 201, operator: 201 }, { name: 'Beta' }),
  row('GET', 'squads', lists),
  row('GET', 'squads/alpha', readers),
  row('PUT', 'squads/alpha', above, { name: 'Alpha' }),
  row('POST', 'squads/alpha/pause', above),
  row('POST', 'squads/alpha/resume', above),
  row('PUT', 'squads/alpha/members/eve', above),
  row('DELETE', 'squads/alpha/members/ada', aboveEmpty),
  row('DELETE', 'squads/alpha', aboveEmpty),

  row('POST', 'memory', { ...executors, eve: 200, stranger: 201 }, { key: 'a/b', value: 1 }),
  row('GET', 'memory', lists),
  row('PUT', 'memory/key/a/b', { ...executors, eve: 200, stranger: 201 }, { value: 2 }),
  row('GET', 'memory/key/a/b', readers),
  row('DELETE', 'memory/key/a/b', { admin: 204, operator: 204, agents: 204 }),
  row('PATCH', 'memory/key/a/b', { ...executors, eve: 200, stranger: 201 }, { patch: { x: 1 } }),
  row('GET', 'memory/history?key=a/b', readers),
  row('GET', (world) => `memory/${world.memory}`, readers),
  row('PUT', (world) => `memory/${world.memory}`, { ...executors, eve: 200 }, { value: 3 }),
  row('DELETE', (world) => `memory/${world.memory}`, { admin: 204, operator: 204, agents: 204 }),
  // Of an entry that only bob may read, and of one that all may read and bob may write.
  row('GET', 'memory/key/closed', { ...administration, bob: 200, agents: 404 }),
  row('GET', 'memory/history?key=closed', { ...administration, bob: 200, agents: 404 }),
  row('PUT', 'memory/key/closed', { admin: 200, operator: 200, bob: 200, agents: 404, stranger: 201 }, { value: 1 }),
  row('DELETE', 'memory/key/closed', { admin: 204, operator: 204, bob: 204, agents: 404 }),
  row('PUT', 'memory/key/kept', { admin: 200, operator: 200, bob: 200, ada: 403, eve: 403, stranger: 201 }, { value: 1 }),
  row('DELETE', 'memory/key/kept', { admin: 204, operator: 204, bob: 204, ada: 403, eve: 403 }),

  row('POST', 'events', { admin: 201, operator: 201, agents: 201, stranger: 201 }, { event_type: 'a.b', data: 1 }),
  row('GET', 'events', lists),

  row('GET', (world) => `events/${world.event}`, readers),

  row('POST', 'inbound', { admin: 201, operator: 201 }, { name: 'CI', to: 'human' }),
  row('GET', 'inbound', administration),
  row('GET', inbound, administration),
  row('PUT', inbound, above, { name: 'CI', to: 'human' }),
  row('DELETE', inbound, aboveEmpty),
  // A signature opens it, and no token does.
  row('POST', inbound, { admin: 401, rest: 401, join: 401, intruder: 401, stranger: 401 }, { ref: 'main' }),

  row('POST', 'tasks', { admin: 201, operator: 201, agents: 201, stranger: 201 }, { title: 'A task' }),
  row('POST', 'questions', { admin: 201, operator: 201, agents: 201, stranger: 201 }, { content: 'May I?' }),
  row('GET', 'questions', lists),
  row('GET', question(), readers),
  row('POST', question('/answer'), { admin: 200, operator: 200, intruder: 404, stranger: 404 }, { answer: 'Yes.' }),
  row('POST', question('/withdraw'), workers),
  row('POST', 'reservations', { admin: 201, operator: 201, agents: 201, stranger: 201 }, { paths: ['docs'], mode: 'shared' }),
  row('GET', 'reservations', lists),
  row('POST', 'reservations/check', lists, { files: ['src/a.cs'] }),
  row('GET', reservation(), readers),
  row('POST', reservation('/renew'), workers),
  row('DELETE', reservation(), workers),
  row('POST', 'wakes/next', { admin: 200, bob: 200, stranger: 403 }, { agents: ['bob'], way: 'waiter' }),
  row(
    'POST',
    'wakes/01999e21-7a3c-7c11-8f1e-2d0c8a54b7e1',
    { admin: 404, operator: 404, agents: 404, stranger: 404 },
    { outcome: 'failed' },
  ),
  row('POST', 'hooks/claude?agent_id=bob', { admin: 200, bob: 200, stranger: 403 }, { hook_event_name: 'Stop', session_id: 's' }),
  row('GET', 'attention', { ...administration, stranger: 403 }),
  row('PUT', 'attention/mailbox_waiting:ada/snooze', { admin: 400, operator: 400 }, {}),
  row('DELETE', 'attention/mailbox_waiting:ada/snooze', aboveEmpty),
  row('GET', 'storms', administration),
  row('GET', storm(), administration),
  row('POST', storm('/release'), above, {}),
  row('POST', storm('/cancel'), above),
  row('GET', 'budgets', lists),
  row('GET', 'budgets/agents/bob', readers),
  row('GET', (world) => `budgets/threads/${world.thread}`, participants),
  row('PUT', 'budgets/agents/bob', above, { messages: 2000 }),
  row('DELETE', 'budgets/agents/bob', aboveEmpty),
  row('GET', 'tasks', lists),
  row('GET', 'tasks/pending', lists),
  row('GET', 'tasks/overdue', lists),
  row('GET', 'tasks/agent/bob', lists),
  row('GET', task(), readers),
  row('GET', task('/assignments'), readers),
  row('PUT', task(), taskWriters, { priority: 3 }),
  row('POST', task('/assign'), taskWriters, { agent_id: 'eve' }),
  row('POST', task('/unassign'), taskWriters),
  row('POST', task('/accept'), workers, { fence: 1 }),
  row('POST', task('/start'), workers, { fence: 1 }),
  row('POST', task('/extend'), workers, { fence: 1 }),
  row('POST', task('/complete'), workers, { fence: 1 }),
  row('POST', task('/fail'), workers, { fence: 1, error: 'no' }),
  row('POST', task('/reject'), workers, { fence: 1 }),
  row('DELETE', task(), { admin: 204, operator: 204, agents: 204 }),

  row('POST', 'workflows', { admin: 201, operator: 201, agents: 201, stranger: 201 }, aPlan),
  row('GET', 'workflows', lists),
  row('POST', 'workflows/validate', lists, aPlan),
  row('GET', workflow(), readers),
  row('POST', workflow('/cancel'), taskWriters),
  row('POST', workflow('/retry'), { admin: 409, operator: 409, agents: 409 }),
  row('POST', workflow('/steps/build/retry'), { admin: 409, operator: 409, agents: 409 }),
  row('POST', workflow('/steps/build/start'), workers, { fence: 1 }),
  row('POST', workflow('/steps/build/complete'), workers, { fence: 1 }),
  row('POST', workflow('/steps/build/fail'), workers, { fence: 1, error: 'no' }),
  row('GET', 'workflows/definitions', lists),
  row('GET', 'workflows/definitions/closed', readers),
  row('PUT', 'workflows/definitions/new', { admin: 201, operator: 201, agents: 201, stranger: 201 }, aPlan),
  row('DELETE', 'workflows/definitions/closed', { admin: 204, operator: 204, agents: 204 }),

  row('GET', 'schemas', lists),
  row('GET', 'schemas/typed', readers),
  row('PUT', 'schemas/typed', admins, { schema: { type: 'null' } }),
  row('DELETE', 'schemas/typed', { admin: 204 }),

  row('GET', 'routing/rules', administration),
  row('PUT', 'routing/rules', admins, { rules: [{ name: 'r', priority: 3 }] }),
  row('POST', 'routing/explain', administration, { to: 'bob', content: 'x' }),
  row('GET', 'stats/routing', administration),

  row('POST', 'webhooks', { admin: 201, operator: 201 }, hook),
  row('GET', 'webhooks', administration),
  row('GET', webhook(), administration),
  row('PUT', webhook(), above, hook),
  row('POST', webhook('/resume'), above),
  row('DELETE', webhook(), aboveEmpty),

  row('POST', 'executions', { admin: 201, operator: 201, agents: 201, stranger: 201 }, { title: 'A run' }),
  row('GET', 'executions', lists),
  row('GET', execution(), readers),
  row('PATCH', execution(), executors, { progress: 10 }),
  row('POST', execution('/logs'), { admin: 204, operator: 204, ada: 204, bob: 204 }, { message: 'x' }),
  row('POST', execution('/complete'), executors, {}),
  row('POST', execution('/fail'), executors, { error: 'x' }),
  row('POST', execution('/cancel'), executors, {}),

  row('GET', 'projects', administration),
  row('GET', (world) => `projects/${world.project.id}`, administration),
  row('POST', 'projects', { admin: 201 }, () => ({ project_id: `q-${randomUUID()}`, name: 'Q' })),
  row('PUT', (world) => `projects/${world.project.id}`, admins, { name: 'P' }),
  row('POST', (world) => `projects/${world.project.id}/pause`, above),
  row('POST', (world) => `projects/${world.project.id}/resume`, above),
  row('DELETE', (world) => `projects/${world.project.id}`, { admin: 204 }),
  row('POST', 'tokens', { admin: 201 }, (world: World) => ({ kind: 'observer', project_id: world.project.id })),
  row('GET', 'tokens', administration),
  row('DELETE', (world) => `tokens/${world.tokenId}`, { admin: 204 }),
  row('POST', 'tickets', { rest: 201, stranger: 201 }, (world: World) => ({ path: `/api/v1/sse/project/${world.project.id}` })),
  row('POST', 'session/tickets', { admin: 201, operator: 201, observer: 201 }),
  // A token is no session.
  row('DELETE', 'session', { rest: 404, join: 404 }),
  // A ticket that is none is refused, whoever sends it.
  row('POST', 'session', { rest: 401, join: 401, intruder: 401, stranger: 401 }, { ticket: 'x' }),
  row('GET', 'me', { ...lists, join: 200 }),
  row('GET', 'log', lists),
  row('GET', (world) => `log?thread=${world.thread}`, participants),
  row('GET', 'log/histogram', lists),
  row('GET', 'log/place?time=2026-01-01T00:00:00Z', lists),
  row('GET', 'stats', lists),
  row('GET', 'stats/messages', lists),
  row('GET', 'stats/agents', lists),
  row('GET', 'stats/pairs', lists),
  row('GET', 'stats/timeline', lists),
  row('GET', 'stats/executions', lists),
  row('GET', 'stats/health', lists),
  row('GET', 'stats/export', lists),

  row('SSE', (world) => `project/${world.project.id}`, readers),
  row('SSE', (world) => `execution/${world.execution}`, readers),
  row('SSE', (world) => `thread/${world.thread}`, participants),
  row('SSE', 'agent/bob', { ...administration, bob: 200, ...another }),
  row('SSE', 'events', lists),
  row('WS', '/ws/bob', { admin: 101, bob: 101, join: 101, ...another }), // With a join token, agent:register is then refused.
  row('WS', '/ws/human', { admin: 101, operator: 101, observer: 101 }),
  row('WS', (world) => `/ws/agent/messages/${world.project.id}?agent_id=bob`, { admin: 101, bob: 101 }),
];
