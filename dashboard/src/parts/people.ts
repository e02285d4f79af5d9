import { useMemo } from 'react';
import { useLive } from '../live/live.ts';
import { useMe } from '../live/session.ts';
import { useThing, useThings } from '../live/store.ts';
import type { Agent, Message } from '../live/types.ts';
import { hueOf } from './roles.ts';

/** Somebody who writes or reads, as a tile and a name show them. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly look: 'role' | 'script' | 'human' | 'system' | 'outside' | 'group' | 'topic';
  readonly hue: number | null;
}

export function personOf(agent: Agent | undefined, id: string, role?: string | null, name?: string | null): Person {
  const isHuman = agent?.type === 'human';
  const hue = isHuman ? null : hueOf(agent?.role ?? role);
  return { id, name: agent?.name ?? name ?? id, look: isHuman ? 'human' : hue === null ? 'script' : 'role', hue };
}

const operators: Person = { id: 'human', name: 'the operators', look: 'human', hue: null };
const parley: Person = { id: 'parley', name: 'Parley', look: 'system', hue: null };

/** Whoever an id names: an agent, the operators, or the server itself. */
export function usePerson(id: string | null | undefined, role?: string | null, name?: string | null): Person {
  const live = useLive();
  const me = useMe();
  const agent = useThing(live.agents, id);
  return useMemo(() => {
    if (id === 'human') return me.agent_id === null && me.name ? { ...operators, name: me.name } : operators;
    if (id === 'parley' || !id) return parley;
    return personOf(agent, id, role, name);
  }, [agent, id, role, name, me]);
}

/** The names of all agents. */
export function useNames(): (id: string) => string {
  const { agents } = useLive();
  const all = useThings(agents);
  return useMemo(() => {
    const names = new Map(all.map(({ agent_id, name }) => [agent_id, name]));
    return (id: string) => names.get(id) ?? (id === 'human' ? 'the operators' : id === 'parley' ? 'Parley' : id);
  }, [all]);
}

/** The sender of a message, with what the message says of its authority. */
export function useSender({ sender_id, sender_role, sender_name, authority }: Message): Person {
  const person = usePerson(sender_id, sender_role, sender_name);
  return useMemo(() => (authority === 'external' ? { ...person, look: 'outside' as const } : person), [person, authority]);
}
