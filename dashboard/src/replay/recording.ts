import type { Agent, AgentTask, Execution, LogRecord, Message, Question, WorkflowStep } from '../live/types.ts';

interface Version<T> {
  readonly seq: number;
  readonly at: number;
  /** Undefined from when it was deleted. */
  readonly item: T | undefined;
}

/** How many of a sorted list are not after a seq. */
function countUpTo(list: readonly { seq: number }[], seq: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.seq <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Everything of one kind, as it was at any time. */
class Versions<T> {
  readonly #idOf: (item: T) => string;
  readonly #all = new Map<string, Version<T>[]>();

  constructor(idOf: (item: T) => string) {
    this.#idOf = idOf;
  }

  get ids(): Iterable<string> {
    return this.#all.keys();
  }

  of(id: string): readonly Version<T>[] {
    return this.#all.get(id) ?? [];
  }

  add({ seq, at, op, item }: LogRecord): void {
    const id = this.#idOf(item as T);
    const version = { seq, at: Date.parse(at), item: op === 'delete' ? undefined : (item as T) };
    const known = this.#all.get(id);
    if (!known) this.#all.set(id, [version]);
    else known.splice(countUpTo(known, seq), 0, version);
  }

  /** One thing as it was at a place; undefined if it was not there. */
  at(id: string, place: number): T | undefined {
    const versions = this.of(id);
    return versions[countUpTo(versions, place) - 1]?.item;
  }

  /** All that were there at a place, in the order in which they came. */
  allAt(place: number): T[] {
    const found: { first: number; item: T }[] = [];
    for (const [id, versions] of this.#all) {
      const item = this.at(id, place);
      if (item !== undefined) found.push({ first: versions[0]!.seq, item });
    }
    return found.sort((a, b) => a.first - b.first).map(({ item }) => item);
  }
}

/** Where a message came into the log. */
export interface SaidAt {
  readonly seq: number;
  readonly at: number;
  readonly message: Message;
}

/** How things stood at a place in the log. */
export interface Moment {
  readonly seq: number;
  /** How many messages had been sent. */
  readonly said: number;
  readonly agents: readonly Agent[];
  readonly tasks: readonly AgentTask[];
  readonly steps: readonly WorkflowStep[];
  readonly questions: readonly Question[];
  readonly execution: Execution | undefined;
}

/** A part of the log, from which the state at any of its places is told. Each thing keeps its versions in order, so that a place is found by halving: that
 *  takes as long for the last entry as for the first, and needs no checkpoints. */
export class Recording {
  readonly agents = new Versions<Agent>(({ agent_id }) => agent_id);
  readonly tasks = new Versions<AgentTask>(({ task_id }) => task_id);
  readonly steps = new Versions<WorkflowStep>(({ step_id }) => step_id);
  readonly questions = new Versions<Question>(({ question_id }) => question_id);
  readonly executions = new Versions<Execution>(({ execution_id }) => execution_id);
  readonly #messages = new Versions<Message>(({ message_id }) => message_id);
  readonly #kinds: Readonly<Record<string, Versions<never>>> = {
    agents: this.agents,
    tasks: this.tasks,
    workflow_steps: this.steps,
    questions: this.questions,
    executions: this.executions,
    messages: this.#messages,
  } as never;
  readonly #seen = new Set<number>();
  /** All entries that count, by seq. */
  #entries: { seq: number; at: number }[] = [];
  #said: SaidAt[] = [];

  /** The messages in the order in which they came, each as it was then. */
  get said(): readonly SaidAt[] {
    return this.#said;
  }

  get size(): number {
    return this.#entries.length;
  }

  get first(): number | undefined {
    return this.#entries[0]?.at;
  }

  get last(): number | undefined {
    return this.#entries.at(-1)?.at;
  }

  get lastSeq(): number {
    return this.#entries.at(-1)?.seq ?? 0;
  }

  /** Takes entries in any order; what it has already, it leaves out. */
  add(records: readonly LogRecord[]): void {
    let isSorted = true;
    for (const record of records) {
      const versions = this.#kinds[record.kind];
      if (!versions || this.#seen.has(record.seq)) continue;
      this.#seen.add(record.seq);
      const at = Date.parse(record.at);
      isSorted &&= record.seq > this.lastSeq;
      this.#entries.push({ seq: record.seq, at });
      if (record.kind === 'messages' && record.op === 'put' && (record.item as Message).seq === record.seq)
        this.#said.push({ seq: record.seq, at, message: record.item as Message });
      versions.add(record);
    }
    if (isSorted) return;
    this.#entries.sort((a, b) => a.seq - b.seq);
    this.#said.sort((a, b) => a.seq - b.seq);
  }

  /** A message as it was at a place; undefined if it had been deleted. */
  message(id: string, place: number): Message | undefined {
    return this.#messages.at(id, place);
  }

  /** How many messages had been sent at a place. */
  saidAt(place: number): number {
    return countUpTo(this.#said, place);
  }

  /** The place at a time: the last entry that is not later. Before the first one, it is 0. */
  placeAt(time: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#entries[middle]!.at <= time) low = middle + 1;
      else high = middle;
    }
    return this.#entries[low - 1]?.seq ?? 0;
  }

  /** When the entry at a place was written; of a place between two entries, the one before. */
  timeAt(place: number): number | undefined {
    return this.#entries[countUpTo(this.#entries, place) - 1]?.at;
  }

  /** When a question was asked, and when a step or a task failed. */
  marks(): { readonly asked: readonly number[]; readonly failed: readonly number[] } {
    const asked: number[] = [];
    const failed: number[] = [];
    for (const id of this.questions.ids) asked.push(this.questions.of(id)[0]!.at);
    for (const things of [this.steps, this.tasks] as const)
      for (const id of things.ids) {
        const first = things.of(id).find(({ item }) => item?.status === 'failed');
        if (first) failed.push(first.at);
      }
    return { asked, failed };
  }

  at(place: number): Moment {
    return {
      seq: place,
      said: this.saidAt(place),
      agents: this.agents.allAt(place),
      tasks: this.tasks.allAt(place),
      steps: this.steps.allAt(place),
      questions: this.questions.allAt(place),
      execution: this.executions.allAt(place)[0],
    };
  }
}
