import type { Access } from '../rest/access.ts';
import { Rest } from '../rest/rest.ts';
import type { FeedSelection, FeedsIn, SubscribeOptions } from '../feeds/entries.ts';
import type { Feed } from '../feeds/feed.ts';
import { stream, type StreamEvent, type StreamOptions } from '../streams/stream.ts';
import { Agents } from './agents.ts';
import { Events } from './events.ts';
import { Executions } from './executions.ts';
import { Memory } from './memory.ts';
import { Questions } from './questions.ts';
import { Reservations } from './reservations.ts';
import { Squads } from './squads.ts';
import { Statistics } from './statistics.ts';
import { Tasks } from './tasks.ts';
import { Threads } from './threads.ts';
import { Workflows } from './workflows.ts';

/** What a server offers to a caller, by topic. */
export abstract class Groups {
  /** Any call of the OpenAPI document, with its types: what has no method of its own here. */
  readonly rest: Rest;
  readonly agents: Agents;
  readonly events: Events;
  readonly executions: Executions;
  readonly memory: Memory;
  readonly questions: Questions;
  readonly reservations: Reservations;
  readonly squads: Squads;
  readonly stats: Statistics;
  readonly tasks: Tasks;
  readonly threads: Threads;
  readonly workflows: Workflows;
  readonly #access: () => Access;

  /** @internal */
  constructor(access: () => Access) {
    this.#access = access;
    const rest = (this.rest = new Rest(access));
    this.agents = new Agents(rest);
    this.events = new Events(rest, this);
    this.executions = new Executions(rest);
    this.memory = new Memory(rest, this);
    this.questions = new Questions(rest);
    this.reservations = new Reservations(rest);
    this.squads = new Squads(rest);
    this.stats = new Statistics(rest);
    this.tasks = new Tasks(rest);
    this.threads = new Threads(rest);
    this.workflows = new Workflows(rest);
  }

  abstract subscribe<const S extends FeedSelection>(selection: S, options?: SubscribeOptions): Promise<Feed<FeedsIn<S>>>;

  /** Reads a stream of server-sent events, such as `execution/ID`, `project/ID`, `agent/ID`, `thread/ID`, or `events`. It reconnects by itself and goes on after
   * the last entry that arrived. Ends when the loop is left, or when its execution has ended.
   * @throws {ParleyError} The server refuses it. */
  stream(path: string, options: StreamOptions = {}): AsyncGenerator<StreamEvent, void, undefined> {
    return stream(this.#access, path, options);
  }
}
