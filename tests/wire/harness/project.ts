import { randomUUID } from 'node:crypto';
import { patience, within } from './deadline.ts';
import type { Rest } from './rest.ts';
import type { Server } from './server.ts';
import { AgentSocket, type SocketOptions } from './socket.ts';
import type { Agent, Delivery, Execution, InboxItem, SendAnswer, Token, Trace } from './wire.ts';

export interface NewAgent {
  readonly name?: string;
  readonly type?: string;
  readonly role?: string;
  readonly specialization?: string;
  readonly capabilities?: readonly string[];
  readonly metadata?: unknown;
}

/** A project of a test's own, so that no test sees another. */
export class TestProject {
  readonly id: string;
  readonly server: Server;
  /** The administrator, who names this project in every call. */
  readonly admin: Rest;

  private constructor(server: Server, id: string) {
    this.server = server;
    this.id = id;
    this.admin = server.rest(server.adminToken, { project_id: id });
  }

  static async create(server: Server, settings?: Record<string, number>): Promise<TestProject> {
    const id = `p-${randomUUID()}`;
    const body = { project_id: id, name: 'A test', ...(settings === undefined ? {} : { settings }) };
    (await server.rest(server.adminToken).post('projects', body)).succeeds();
    return new TestProject(server, id);
  }

  /** Registers an agent, which then speaks with a token of its own. */
  async agent(id: string, fields: NewAgent = {}): Promise<TestAgent> {
    const answer = await this.admin.post('agents/register', { agent_id: id, name: id, ...fields });
    const { token } = answer.as<Agent>();
    if (token === undefined) throw new Error(`The registration of ${id} gave no token.`);
    return new TestAgent(this, id, token);
  }

  async pair(): Promise<[TestAgent, TestAgent]> {
    return [await this.agent('ada'), await this.agent('bob')];
  }

  /** A person, known as an agent of type `human`, with an operator's token. */
  async operator(id = 'olga'): Promise<TestAgent> {
    (await this.admin.post('agents/register', { agent_id: id, name: id, type: 'human' })).succeeds();
    const { token } = await this.token({ kind: 'operator', agent_id: id });
    return new TestAgent(this, id, token, this.as(token));
  }

  async observer(): Promise<Rest> {
    return this.as((await this.token({ kind: 'observer' })).token);
  }

  async token(fields: { kind: string; agent_id?: string; expires_at?: string }): Promise<Token> {
    const scope = fields.kind === 'admin' ? {} : { project_id: this.id };
    return (await this.admin.post('tokens', { ...scope, ...fields })).as<Token>();
  }

  /** A client with this token that names the project, as those must whose token does not. */
  as(token: string | null): Rest {
    return this.server.rest(token, { project_id: this.id });
  }

  async trace(messageId: string): Promise<Trace> {
    return (await this.admin.get(`messages/${messageId}/trace`)).as<Trace>(200);
  }

  /** The one delivery of a message that has one. */
  async delivery(messageId: string): Promise<Delivery> {
    const { deliveries } = await this.trace(messageId);
    if (deliveries.length !== 1) throw new Error(`${messageId} has ${deliveries.length} deliveries.`);
    return deliveries[0]!;
  }

  /** Waits until this much time has passed on the server, told by a message that is due then. */
  async timePasses(seconds: number): Promise<void> {
    const clock = await this.agent(`clock-${randomUUID()}`);
    const due = new Date(Date.now() + seconds * 1000).toISOString();
    await clock.send({ to: clock.id, content: 'tick', deliver_at: due });
    await within('time to pass', clock.claim({ wait: 60 }), seconds * 1000 + patience);
  }

  /** A token that expires this soon after now, or later where the server was too busy to make it in time. */
  async expiringToken(fields: { kind: string; agent_id?: string }, seconds: number): Promise<Token & { expires_at: string }> {
    const expires = new Date(Date.now() + seconds * 1000).toISOString();
    const answer = await this.admin.post('tokens', { project_id: this.id, ...fields, expires_at: expires });
    // Refused is a time that is past, which the clock must show.
    if (answer.status === 400 && Date.now() >= Date.parse(expires)) return this.expiringToken(fields, seconds * 2);
    return answer.as<Token & { expires_at: string }>();
  }
}

/** An agent of a test, with its token. */
export class TestAgent {
  readonly id: string;
  readonly project: TestProject;
  readonly token: string;
  readonly rest: Rest;

  /** Without a client of its own it is an agent, whose token says its project. */
  constructor(project: TestProject, id: string, token: string, rest: Rest = project.server.rest(token)) {
    this.project = project;
    this.id = id;
    this.token = token;
    this.rest = rest;
  }

  async send(message: Record<string, unknown>): Promise<SendAnswer> {
    return (await this.rest.post('messages', message)).as<SendAnswer>();
  }

  /** Sends a text and answers its id. */
  async tell(to: string, content: string): Promise<string> {
    return (await this.send({ to, content })).message_id;
  }

  /** Starts an execution, which it may then write. */
  async execution(fields: { title?: string; squad_id?: string } = {}): Promise<Execution> {
    return (await this.rest.post('executions', { title: 'A run', ...fields })).as<Execution>();
  }

  async claim(request: Record<string, unknown> = {}): Promise<InboxItem[]> {
    return (await this.rest.post(`agents/${this.id}/claim`, request)).as<{ items: InboxItem[] }>(200).items;
  }

  /** Claims the one delivery that is due, or comes within the time given. */
  async claimOne(request: Record<string, unknown> = {}): Promise<InboxItem & { lease_id: string; lease_until: string }> {
    const items = await this.claim({ wait: 60, ...request });
    if (items.length !== 1) throw new Error(`${this.id} claimed ${items.length} deliveries where one was due.`);
    return items[0] as InboxItem & { lease_id: string; lease_until: string };
  }

  async look(query: Record<string, string | number> = {}): Promise<InboxItem[]> {
    return (await this.rest.get(`agents/${this.id}/inbox`, query)).as<{ items: InboxItem[] }>(200).items;
  }

  /** Connects, and takes the welcome. */
  async connect(options: SocketOptions = {}): Promise<AgentSocket> {
    const socket = await this.connectOnly(options);
    await socket.event('agent:welcome');
    return socket;
  }

  connectOnly(options: SocketOptions = {}): Promise<AgentSocket> {
    return AgentSocket.open(this.project.server.url, `/ws/${this.id}`, {
      token: this.token,
      ...options,
    });
  }
}

/** What deliveries say, in their order. */
export function contents(items: readonly InboxItem[]): (string | null)[] {
  return items.map((item) => item.message.content);
}
