import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { now } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { useMe } from '../live/session.ts';
import { useThings } from '../live/store.ts';
import { personOf, type Person } from './people.ts';
import { sinceOf, type SpanKey } from './spans.ts';
import { nobody } from './talks.ts';

/** The server counts once a second; a page that is looked at need not be faster than the eye. */
const every = 5000;

/** Who sent how much to whom in a span of time, kept fresh. */
export function usePairs(span: SpanKey) {
  const { parley, project } = useLive();
  return useQuery({
    queryKey: ['stats-pairs', project, span],
    queryFn: () => parley.rest.get('/stats/pairs', { query: { since: sinceOf(span, now()) } as never }),
    refetchInterval: every,
    select: ({ items }) => items,
  });
}

/** Whoever the statistics name: agents, the operators, and those without an id. */
export function usePeople(): (id: string) => Person {
  const { agents } = useLive();
  const me = useMe();
  const all = useThings(agents);
  return useMemo(() => {
    const byId = new Map(all.map((agent) => [agent.agent_id, agent]));
    return (id) => {
      if (id === nobody) return { id, name: 'People and Parley', look: 'system', hue: null };
      if (id === 'human') return { id, name: me.agent_id === null && me.name ? me.name : 'the operators', look: 'human', hue: null };
      return personOf(byId.get(id), id);
    };
  }, [all, me]);
}
