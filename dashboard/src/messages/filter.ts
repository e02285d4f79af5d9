import type { FeedFilter } from '@parley/client';
import type { Message } from '../live/types.ts';

/** The fields that messages are filtered by, as the address and the search field name them. */
export const fields = ['type', 'sender', 'recipient', 'thread', 'execution', 'task', 'priority', 'since', 'until'] as const;
export type Field = (typeof fields)[number];

export interface Filter {
  readonly values: Readonly<Partial<Record<Field, string>>>;
  readonly q: string;
}

/** What people type for a field. */
const words: Record<string, Field> = {
  from: 'sender',
  to: 'recipient',
  by: 'sender',
  kind: 'type',
  ...Object.fromEntries(fields.map((field) => [field, field])),
};

const priorities: Record<string, string> = { low: '1', normal: '2', high: '3', critical: '4' };

/** A typed line: `from:be-bram type:question "exact words"`. What is no filter is searched for. */
export function parseFilter(text: string): Filter {
  const values: Partial<Record<Field, string>> = {};
  const rest: string[] = [];
  for (const [word] of text.matchAll(/[\w-]+:"[^"]*"|"[^"]*"|\S+/g)) {
    const match = /^([a-z]+):(.+)$/s.exec(word);
    const field = match && words[match[1]!];
    if (field) values[field] = normal(field, match[2]!.replace(/^"|"$/g, ''));
    else rest.push(word);
  }
  return { values, q: rest.join(' ') };
}

function normal(field: Field, value: string): string {
  return field === 'priority'
    ? value
        .split(',')
        .map((one) => priorities[one] ?? one)
        .join()
    : value;
}

export function filterOf(query: Readonly<Record<string, string | undefined>>): Filter {
  const values: Partial<Record<Field, string>> = {};
  for (const field of fields) if (query[field]) values[field] = query[field];
  return { values, q: query['q'] ?? '' };
}

/** What of the values cannot be meant, with the reason. They are left out. */
export function faultsOf({ values }: Filter): Partial<Record<Field, string>> {
  const faults: Partial<Record<Field, string>> = {};
  for (const field of ['since', 'until'] as const)
    if (values[field] && momentOf(values[field], 0) === undefined) faults[field] = 'is no time; write 14:00 or 2026-11-28T14:00Z';
  if (values.priority && !/^!?[1-4](,[1-4])*$/.test(values.priority)) faults.priority = 'is none of low, normal, high, critical';
  return faults;
}

/** A time as people write it: `14:00` is the last time that the clock showed it. In milliseconds. */
export function momentOf(text: string, now: number): number | undefined {
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (!clock) {
    const time = Date.parse(text);
    return Number.isNaN(time) ? undefined : time;
  }
  const time = new Date(now).setHours(Number(clock[1]), Number(clock[2]), 0, 0);
  return time > now ? time - 86_400_000 : time;
}

/** What the server filters by. What is excluded with `!`, it does not know, and `accepts` leaves out. */
export function serverFilter(filter: Filter, now: number): FeedFilter {
  const faults = faultsOf(filter);
  const sent: Record<string, string> = {};
  for (const [field, value] of Object.entries(filter.values) as [Field, string][]) {
    if (faults[field] || value.startsWith('!')) continue;
    sent[field] = field === 'since' || field === 'until' ? new Date(momentOf(value, now)!).toISOString() : value;
  }
  return sent;
}

const valueOf: Partial<Record<Field, (message: Message) => readonly (string | null)[]>> = {
  type: ({ message_type }) => [message_type],
  sender: ({ sender_id }) => [sender_id],
  recipient: ({ to, recipient_id }) => [recipient_id, ...(typeof to === 'string' ? [to] : to)],
  thread: ({ conversation_thread_id }) => [conversation_thread_id],
  execution: ({ execution_id }) => [execution_id],
  task: ({ task_id }) => [task_id],
  priority: ({ priority }) => [String(priority)],
};

/** Whether a message is none of those that are excluded. */
export function accepts(filter: Filter): (message: Message) => boolean {
  const excluded = (Object.entries(filter.values) as [Field, string][])
    .filter(([field, value]) => value.startsWith('!') && valueOf[field])
    .map(([field, value]) => [valueOf[field]!, new Set(value.slice(1).split(','))] as const);
  return (message) => excluded.every(([read, values]) => !read(message).some((value) => value !== null && values.has(value)));
}
