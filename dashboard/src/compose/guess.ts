import type { Agent, DeliveryOutlook, Squad } from '../live/types.ts';
import { addressOf } from '../parts/address.ts';
import { surfaceOf } from './draft.ts';

/** What will happen to a message: to whom it goes and when each will see it, and what of its addresses reaches nobody or is not certain. */
export interface Forecast {
  readonly deliveries: readonly DeliveryOutlook[];
  /** What of it needs a person's eye, in sentences. */
  readonly doubts: readonly string[];
  /** Whether more get it than can be told, such as the subscribers of a topic. */
  readonly isOpen: boolean;
}

export interface World {
  readonly agents: readonly Agent[];
  readonly squads: readonly Squad[];
  /** Who sends: a group never includes the sender. */
  readonly self: string;
}

export interface Sending {
  readonly to: readonly string[];
  readonly priority: number;
  readonly surface: string;
  readonly isScheduled: boolean;
}

/** What this page can tell by what it knows of the agents. */
export function guess(sending: Sending, { agents, squads, self }: World): Forecast {
  const readers = new Map<string, Agent>();
  const doubts: string[] = [];
  let isOpen = false;
  const others = agents.filter(({ agent_id }) => agent_id !== self);
  const add = (all: readonly Agent[]) => all.forEach((agent) => readers.set(agent.agent_id, agent));
  const group = (all: readonly Agent[], address: string) => {
    if (all.length === 0) doubts.push(`${address} has nobody in it: this reaches no one.`);
    add(all);
  };
  for (const address of sending.to) {
    const { kind, name } = addressOf(address);
    if (kind === 'everyone') group(others, 'The project');
    else if (kind === 'role')
      group(
        others.filter(({ role }) => role === name),
        address,
      );
    else if (kind === 'topic') isOpen = true;
    else if (kind === 'squad') {
      const squad = squads.find(({ squad_id }) => squad_id === name);
      if (!squad) doubts.push(`There is no squad ${name}.`);
      else
        group(
          others.filter(({ agent_id }) => squad.members.some((member) => member.agent_id === agent_id)),
          address,
        );
    } else if (kind === 'capability') {
      const able = others.filter(({ capabilities }) => capabilities.includes(name));
      const ready = able.filter((agent) => agent.status !== 'offline' && !agent.paused);
      const best = [...(ready.length > 0 ? ready : able)].sort((a, b) => depth(a) - depth(b))[0];
      if (!best) doubts.push(`Nobody has the capability ${name}.`);
      else {
        add([best]);
        if (ready.length === 0) doubts.push(`${name}: everyone who has it is away or paused. It waits.`);
      }
    } else if (kind === 'agent') {
      const known = agents.find(({ agent_id }) => agent_id === name) ?? onlyOne(agents.filter((agent) => agent.name === name));
      if (known) add([known]);
      else doubts.push(`There is no agent ${name}.`);
    }
  }
  return { deliveries: [...readers.values()].map((agent) => outlookOf(agent, sending)), doubts, isOpen };
}

const onlyOne = (all: readonly Agent[]): Agent | undefined => (all.length === 1 ? all[0] : undefined);
const depth = ({ mailbox }: Agent): number => (mailbox.queued ?? 0) + (mailbox.in_flight ?? 0);

function outlookOf(agent: Agent, sending: Sending): DeliveryOutlook {
  const { agent_id, status, activity, mailbox, paused } = agent;
  const surface = surfaceOf(sending);
  const outlook: DeliveryOutlook['outlook'] = sending.isScheduled
    ? 'scheduled'
    : paused || status === 'offline'
      ? 'held_until_back'
      : surface === 'pull'
        ? 'on_pull'
        : surface === 'when_idle'
          ? 'when_idle'
          : surface === 'interrupt'
            ? 'pushed'
            : 'next_boundary';
  return { agent_id, status, activity, ahead: mailbox.queued ?? 0, outlook, refused: null };
}
