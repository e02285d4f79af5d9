import type { Message } from '../live/types.ts';
import type { Recording, SaidAt } from './recording.ts';

export type Look = 'working' | 'asks' | 'blocked';

/** What somebody did for a while. */
export interface Bar {
  readonly agent: string;
  readonly from: number;
  readonly to: number;
  readonly look: Look;
}

/** More are folded into one lane. */
export const mostLanes = 12;
export const others = '…';

/** Who spoke and was spoken to: people first, then in the order in which they came. */
export function peopleIn(said: readonly SaidAt[], isPerson: (id: string) => boolean): readonly string[] {
  const found = new Set<string>();
  for (const { message } of said) {
    found.add(message.sender_id);
    for (const id of readersOf(message)) found.add(id);
  }
  return [...found].sort((a, b) => Number(isPerson(b)) - Number(isPerson(a)));
}

/** The agents that a message names. A group is none. */
export function readersOf({ to, recipient_id }: Message): readonly string[] {
  const all = typeof to === 'string' ? [recipient_id ?? to] : to;
  return all.filter((id) => id !== '*' && !/^(squad|role|capability|topic):/.test(id));
}

/** The lanes, and into which of them an agent falls. */
export function lanesOf(people: readonly string[]): { lanes: readonly string[]; laneOf: (id: string) => number } {
  const lanes = people.length > mostLanes ? [...people.slice(0, mostLanes - 1), others] : people;
  const index = new Map(lanes.map((id, lane) => [id, lane]));
  return { lanes, laneOf: (id) => index.get(id) ?? (people.includes(id) ? lanes.length - 1 : -1) };
}

interface Change {
  readonly at: number;
  readonly seq: number;
}

/** What each agent did, as its own reports, its steps and tasks, and its questions tell. */
export function barsOf(recording: Recording, agents: readonly string[], end: number): readonly Bar[] {
  const { steps, tasks, questions } = recording;
  const own = new Map<string, { changes: Change[]; steps: Set<string>; tasks: Set<string>; questions: Set<string> }>();
  for (const id of agents) own.set(id, { changes: [...recording.agents.of(id)], steps: new Set(), tasks: new Set(), questions: new Set() });
  const collect = (things: typeof steps | typeof tasks | typeof questions, name: 'steps' | 'tasks' | 'questions') => {
    for (const id of things.ids) {
      const versions = things.of(id) as readonly (Change & { item: { agent_id: string | null } | undefined })[];
      for (const agent of new Set(versions.map(({ item }) => item?.agent_id))) {
        const mine = agent ? own.get(agent) : undefined;
        if (!mine) continue;
        mine[name].add(id);
        mine.changes.push(...versions);
      }
    }
  };
  collect(steps, 'steps');
  collect(tasks, 'tasks');
  collect(questions, 'questions');

  const bars: Bar[] = [];
  for (const [agent, mine] of own) {
    const changes = mine.changes.sort((a, b) => a.seq - b.seq);
    const lookAt = (seq: number): Look | undefined => {
      for (const id of mine.questions) {
        const question = questions.at(id, seq);
        if (question?.status === 'open' && question.agent_id === agent) return 'asks';
      }
      const { activity, status } = recording.agents.at(agent, seq) ?? {};
      if (activity === 'blocked' || activity === 'blocked_on_human') return 'blocked';
      if (activity === 'working' || status === 'busy') return 'working';
      for (const id of mine.steps) {
        const step = steps.at(id, seq);
        if (step?.agent_id === agent && (step.status === 'in_progress' || (step.status === 'assigned' && !step.question_id)))
          return 'working';
      }
      for (const id of mine.tasks) {
        const task = tasks.at(id, seq);
        if (task?.agent_id === agent && task.status === 'in_progress') return 'working';
      }
      return undefined;
    };
    let current: { look: Look; from: number } | undefined;
    for (const { seq, at } of changes) {
      const look = lookAt(seq);
      if (look === current?.look) continue;
      if (current && at > current.from) bars.push({ agent, ...current, to: at });
      current = look && { look, from: at };
    }
    if (current && end > current.from) bars.push({ agent, ...current, to: end });
  }
  return bars;
}

/** The word for what somebody did at a place. */
export function wordOf(
  recording: Recording,
  agent: string,
  place: number,
  bars: readonly Bar[],
  time: number,
): { word: string; look: Look | 'idle' | undefined } {
  const bar = bars.find((one) => one.agent === agent && one.from <= time && one.to > time);
  if (bar) return { word: { working: 'working', asks: 'asks you', blocked: 'blocked' }[bar.look], look: bar.look };
  const known = recording.agents.at(agent, place);
  if (known?.status === 'offline') return { word: 'offline', look: 'idle' };
  return known?.activity === 'idle' ? { word: 'idle', look: 'idle' } : { word: '', look: undefined };
}

/** A message on its way: from one lane to others. */
export interface Arrow {
  readonly seq: number;
  readonly at: number;
  readonly from: number;
  readonly to: readonly number[];
  readonly isGroup: boolean;
  readonly tone: 'plain' | 'person' | 'bad';
}

/** @param membersOf Who belongs to a group, as far as that is known. */
export function arrowsOf(
  said: readonly SaidAt[],
  laneOf: (id: string) => number,
  membersOf: (address: string) => readonly string[],
): readonly Arrow[] {
  return said.map(({ seq, at, message }) => {
    const addresses = typeof message.to === 'string' ? [message.to] : message.to;
    const groups = addresses.filter((address) => address === '*' || /^(squad|role|capability|topic):/.test(address));
    const readers = [...readersOf(message), ...groups.flatMap(membersOf)];
    const from = laneOf(message.sender_id);
    const to = [...new Set(readers.map(laneOf))].filter((lane) => lane >= 0 && lane !== from);
    const isForPerson = addresses.includes('human') || message.recipient_id === 'human';
    const asks = isForPerson && (message.intent === 'request' || message.message_type === 'question');
    const isBad = message.outcome === 'error' || message.message_type === 'storm' || message.message_type === 'delivery_failed';
    return { seq, at, from, to, isGroup: groups.length > 0 || to.length > 1, tone: asks ? 'person' : isBad ? 'bad' : 'plain' };
  });
}
