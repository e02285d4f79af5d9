import assert from 'node:assert/strict';
import { TestProject, type TestAgent } from './project.ts';
import type { Server } from './server.ts';
import type { Agent, Page } from './wire.ts';

/** Everybody who may come to a server, by the token in the hand. */
export const callers = [
  'admin',
  'operator',
  'observer',
  'ada', // sent the message, made the execution
  'bob', // got the message, is in the execution's squad, has a dead letter
  'eve', // of the same project, with no part in any of it
  'join',
  'stranger', // an agent of another project
  'expired',
  'revoked',
  'nobody', // without a token
] as const;

export type Caller = (typeof callers)[number];

/** What is written into everything of a world, and nowhere else: whoever sees it sees into the project. */
export const secret = 'a private word';

/** A project with one of everything, and a token for everybody. */
export class World {
  readonly project: TestProject;
  readonly tokens: Record<Caller, string | null>;
  /** What ada sent to bob, who holds it by `lease`. */
  readonly message: string;
  readonly lease: string;
  readonly thread: string;
  readonly execution: string;
  /** What ada gave bob to do, with the fence 1. */
  readonly task: string;
  readonly reservation: string;
  /** What ada started: bob has its one step, with the fence 1. */
  readonly workflow: string;
  /** What bob asks the operators. */
  readonly question: string;
  readonly storm: string;
  /** The id of an entry of the shared memory. */
  readonly memory: string;
  /** What ada published. */
  readonly event: string;
  /** Where the outside world posts. */
  readonly hook: string;
  /** A dead letter of bob's. */
  readonly deadLetter: string;
  /** The id of a token of eve's. */
  readonly tokenId: string;
  /** One that posts nothing. */
  readonly webhook: string;

  /** What tells that the project is there, or what is in it. */
  get secrets(): readonly string[] {
    return [
      secret,
      this.project.id,
      this.message,
      this.thread,
      this.execution,
      this.task,
      this.reservation,
      this.workflow,
      this.question,
      this.storm,
      this.event,
      this.hook,
      this.deadLetter,
      this.lease,
      this.tokenId,
      this.webhook,
    ];
  }

  private constructor(fields: Omit<World, 'secrets'>) {
    this.project = fields.project;
    this.tokens = fields.tokens;
    this.message = fields.message;
    this.lease = fields.lease;
    this.thread = fields.thread;
    this.execution = fields.execution;
    this.task = fields.task;
    this.reservation = fields.reservation;
    this.workflow = fields.workflow;
    this.question = fields.question;
    this.storm = fields.storm;
    this.memory = fields.memory;
    this.event = fields.event;
    this.hook = fields.hook;
    this.deadLetter = fields.deadLetter;
    this.tokenId = fields.tokenId;
    this.webhook = fields.webhook;
  }

  static async create(server: Server): Promise<World> {
    const project = await TestProject.create(server, { max_attempts: 1, retry_delay_seconds: 0, loop_limit: 1 });
    const [ada, bob] = await project.pair();
    const storm = await stormy(project, ada, bob);
    const eve = await project.agent('eve', { name: secret });
    const members = [{ agent_id: 'ada' }, { agent_id: 'bob' }];
    (await project.admin.post('squads', { squad_id: 'alpha', name: secret, members })).succeeds();
    const { memory_id: memory } = (await ada.rest.put('memory/key/a/b', { value: secret })).as<{ memory_id: string }>();
    const bobs = (access_control: object) => ({ value: secret, access_control });
    (await project.admin.put('memory/key/closed', bobs({ read: ['bob'] }))).succeeds();
    (await project.admin.put('memory/key/kept', bobs({ write: ['bob'] }))).succeeds();
    (await project.admin.put('schemas/typed', { schema: { title: secret } })).succeeds(201);
    const { execution_id: execution } = await ada.execution({ title: secret, squad_id: 'alpha' });

    const { deadLetter } = await refused(ada, bob);
    const sent = await ada.send({ to: 'bob', content: secret, task_id: 'build' });
    const { lease_id: lease } = await bob.claimOne({ lease_seconds: 3600 });

    const { task_id: task } = (await ada.rest.post('tasks', { title: secret, agent_id: 'bob' })).as<{ task_id: string }>(201);
    const { reservation_id: reservation } = (await bob.rest.post('reservations', { paths: ['src'], mode: 'shared', reason: secret })).as<{
      reservation_id: string;
    }>(201);
    for (const target of ['agents/bob', `threads/${sent.conversation_thread_id}`])
      (await project.admin.put(`budgets/${target}`, { messages: 1000 })).succeeds(201);
    const steps = [{ step: 'build', agent: 'bob', action: secret }];
    const { workflow_id: workflow } = (await ada.rest.post('workflows', { title: secret, steps })).as<{ workflow_id: string }>(201);
    (await project.admin.put('workflows/definitions/closed', { title: secret, steps })).succeeds(201);
    const { question_id: question } = (await bob.rest.post('questions', { content: secret })).as<{ question_id: string }>(201);
    const { event_id: event } = (await ada.rest.post('events', { event_type: 'a.private', data: secret })).as<{ event_id: string }>(201);
    const { hook_id: hook } = (await project.admin.post('inbound', { name: secret, to: 'bob' })).as<{ hook_id: string }>(201);
    const outward = { url: 'https://hooks.example.org/x', types: ['never.published'], description: secret };
    const { webhook_id: webhook } = (await project.admin.post('webhooks', outward)).as<{ webhook_id: string }>(201);

    return new World({
      project,
      tokens: await tokens(project, { ada, bob, eve }),
      message: sent.message_id,
      lease,
      thread: sent.conversation_thread_id,
      execution,
      task,
      reservation,
      workflow,
      question,
      storm,
      memory,
      event,
      hook,
      webhook,
      deadLetter,
      tokenId: (await project.token({ kind: 'agent', agent_id: 'eve' })).token_id,
    });
  }
}

/** A reply to a reply, which is one too many here. Each settles what it answers. */
async function stormy(project: TestProject, ada: TestAgent, bob: TestAgent): Promise<string> {
  const first = await ada.send({ to: 'bob', content: secret });
  const second = await bob.send({ to: 'ada', content: secret, reply_to: first.message_id });
  await ada.send({ to: 'bob', content: secret, reply_to: second.message_id });
  const { items } = (await project.admin.get('storms')).as<Page<{ storm_id: string }>>(200);
  assert.equal(items.length, 1);
  return items[0]!.storm_id;
}

async function refused(ada: TestAgent, bob: TestAgent): Promise<{ deadLetter: string }> {
  const id = await ada.tell('bob', secret);
  const { lease_id, delivery_id: deadLetter } = await bob.claimOne();
  (await bob.rest.post(`messages/${id}/nack`, { lease_id })).succeeds();
  return { deadLetter };
}

async function tokens(
  project: TestProject,
  agents: { ada: TestAgent; bob: TestAgent; eve: TestAgent },
): Promise<Record<Caller, string | null>> {
  const { server } = project;
  const elsewhere = await TestProject.create(server);
  const stranger = (await elsewhere.admin.post('agents/register', { agent_id: 'ada', name: 'Another Ada' })).as<Agent>();
  const expired = await project.expiringToken({ kind: 'agent', agent_id: 'ada' }, 0.3);
  const revoked = await project.token({ kind: 'agent', agent_id: 'ada' });
  (await project.admin.delete(`tokens/${revoked.token_id}`)).succeeds();
  await project.timePasses(Math.max(0, (Date.parse(expired.expires_at) - Date.now()) / 1000) + 0.1);
  return {
    admin: server.adminToken,
    operator: (await project.operator()).token,
    observer: (await project.token({ kind: 'observer' })).token,
    ada: agents.ada.token,
    bob: agents.bob.token,
    eve: agents.eve.token,
    join: (await project.token({ kind: 'join' })).token,
    stranger: stranger.token!,
    expired: expired.token,
    revoked: revoked.token,
    nobody: null,
  };
}
