import type { Agent, DeliveryOutlook } from '../live/types.ts';
import { plural, span } from '../parts/times.ts';
import type { Forecast } from './guess.ts';

/** A sentence of what will happen. */
export interface Line {
  /** `person`: it waits, and perhaps for long. */
  readonly tone: 'plain' | 'good' | 'person';
  readonly text: string;
}

interface Context {
  readonly agentOf: (id: string) => Agent | undefined;
  /** Whether the agent has asked a person something and waits for the answer. */
  readonly asks: (id: string) => boolean;
  readonly now: number;
}

const mostNames = 3;

/** What will happen, in sentences: for one reader of that one, for several how many read it when. */
export function linesOf({ deliveries, doubts, isOpen }: Forecast, context: Context): Line[] {
  const refused = deliveries.filter((one) => one.refused !== null);
  const readers = deliveries.filter((one) => one.refused === null);
  const lines: Line[] = [];
  if (readers.length === 1 && !isOpen) lines.push(ofOne(readers[0]!, context));
  else if (readers.length > 0) lines.push(...ofMany(readers, isOpen, context));
  else if (isOpen) lines.push({ tone: 'plain', text: 'Everybody subscribed to the topic gets it.' });
  if (refused.length > 0) lines.push({ tone: 'person', text: `${named(refused, context)}: the mailbox is full. Not sent there.` });
  for (const text of doubts) lines.push({ tone: 'person', text });
  return lines;
}

function ofOne(reader: DeliveryOutlook, { agentOf, asks, now }: Context): Line {
  const { agent_id, outlook, ahead } = reader;
  const agent = agentOf(agent_id);
  const name = agent?.name ?? agent_id;
  const queue = ahead === 0 ? '' : `; ${plural(ahead, 'is', 'are')} ahead of it`;
  switch (outlook) {
    case 'held_until_back':
      return agent?.paused && agent.status !== 'offline'
        ? { tone: 'person', text: `${name} is paused and reads this when resumed${queue}.` }
        : {
            tone: 'person',
            text: `${name} is away${agent?.last_seen ? ` since ${span(now - Date.parse(agent.last_seen))}` : ''} and reads this when back${queue}.`,
          };
    case 'scheduled':
      return { tone: 'plain', text: `${name} gets it at that time.` };
    case 'held':
      return { tone: 'person', text: `It is held with the storm that ${name} is part of, until a person decides.` };
    case 'next_turn':
      return { tone: 'person', text: `${name} reads this with its next prompt: it is idle, and nothing can wake it${queue}.` };
    case 'on_pull':
      return { tone: 'plain', text: `${name} reads this when it asks for its mail${queue}.` };
    default: {
      const when = isFree(reader) || outlook === 'pushed' ? 'at once' : outlook === 'when_idle' ? 'when idle' : 'between two steps';
      return asks(agent_id)
        ? { tone: 'person', text: `${name} waits for you and reads this ${when}${queue}.` }
        : { tone: 'plain', text: `${name} reads this ${when}${queue}.` };
    }
  }
}

/** Nothing keeps it from reading: it is idle, or waits itself. */
const isFree = ({ activity }: DeliveryOutlook): boolean => activity === 'idle' || activity === 'blocked_on_human' || activity === 'blocked';

function ofMany(readers: readonly DeliveryOutlook[], isOpen: boolean, context: Context): Line[] {
  const away = readers.filter(({ outlook }) => outlook === 'held_until_back');
  const counts = new Map<string, number>();
  for (const reader of readers) {
    const when = whenOf(reader);
    if (when) counts.set(when, (counts.get(when) ?? 0) + 1);
  }
  const parts = [...counts].map(([when, count], index) => `${count} ${index === 0 ? (count === 1 ? 'reads it ' : 'read it ') : ''}${when}`);
  const who = `${readers.length}${isOpen ? ' and the topic’s subscribers' : ''} get it`;
  return [
    { tone: 'plain', text: parts.length > 0 ? `${who}: ${parts.join(', ')}.` : `${who}.` },
    ...(away.length > 0
      ? [
          {
            tone: 'person',
            text: `Away or paused: ${named(away, context)}. It waits for ${away.length === 1 ? 'that one' : 'them'}.`,
          } as const,
        ]
      : []),
  ];
}

function whenOf(reader: DeliveryOutlook): string | undefined {
  const { outlook } = reader;
  if (outlook === 'held_until_back' || outlook === 'held') return undefined;
  if (outlook === 'scheduled') return 'at that time';
  if (outlook === 'next_turn') return 'with the next prompt';
  if (outlook === 'on_pull') return 'when they ask for mail';
  if (isFree(reader) || outlook === 'pushed') return 'at once';
  return outlook === 'when_idle' ? 'when idle' : 'between two steps';
}

function named(all: readonly DeliveryOutlook[], { agentOf }: Context): string {
  const names = all.slice(0, mostNames).map(({ agent_id }) => agentOf(agent_id)?.name ?? agent_id);
  const more = all.length - names.length;
  return more > 0 ? `${names.join(', ')}, and ${more} more` : names.join(', ');
}
