import { useMemo } from 'react';
import { useLive } from '../live/live.ts';
import { useThings } from '../live/store.ts';
import type { Storm } from '../live/types.ts';
import { useOpenStorms, useStates } from '../parts/attention.ts';
import { usePeople } from '../parts/pairs.ts';
import type { Person } from '../parts/people.ts';
import { nobody, sumOf, type Talk } from '../parts/talks.ts';
import type { Edge, Node } from './ring-view.tsx';
import { groupsOf, layOut, squadSeat, type Group, type Ring } from './ring.ts';

export interface Graph {
  readonly groups: readonly Group[];
  readonly ring: Ring;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly people: readonly string[];
  readonly edges: readonly Edge[];
}

/** Whether an open storm holds these two. */
export const isHeld = (storms: readonly Storm[], a: string, b: string): boolean =>
  storms.some(({ agents }) => agents.includes(a) && agents.includes(b));

/** Who sits where, and the lines between them. */
export function useGraph(talks: readonly Talk[], selected: string | undefined, squad: string | undefined): Graph {
  const { agents, squads } = useLive();
  const all = useThings(agents);
  const allSquads = useThings(squads);
  const storms = useOpenStorms();
  const stateOf = useStates();
  const personFor = usePeople();
  const groups = useMemo(
    () =>
      groupsOf(
        all.filter(({ type }) => type !== 'human'),
        allSquads,
      ),
    [all, allSquads],
  );
  const open = groups.find(({ members }) => selected !== undefined && members.includes(selected))?.id ?? squad;
  const ring = useMemo(() => layOut(groups, open), [groups, open]);
  return useMemo(() => {
    const seatOf = new Map<string, string>();
    const folded = new Set(ring.seats.filter(({ isSquad }) => isSquad).map(({ group }) => group));
    for (const { id, members } of groups) for (const member of members) seatOf.set(member, folded.has(id) ? squadSeat(id) : member);
    // Whoever talks and has no seat is a person, or the server; deleted agents are left out.
    const humans = new Set(all.filter(({ type }) => type === 'human').map(({ agent_id }) => agent_id));
    const isPerson = (id: string) => id === 'human' || id === nobody || humans.has(id);
    const people = [...new Set(talks.flatMap(({ a, b }) => [a, b]))].filter(isPerson).sort();
    const held = storms.flatMap((storm) =>
      storm.agents.flatMap((a) => storm.agents.filter((b) => a < b).map((b) => ({ a, b, there: 0, back: 0 }))),
    );
    const edges = new Map<string, Edge>();
    for (const talk of [...talks, ...held]) {
      const ends = [talk.a, talk.b].map((id) => (isPerson(id) ? id : seatOf.get(id)));
      const [a, b] = ends.sort();
      if (a === undefined || b === undefined || a === b) continue;
      const key = `${a}\n${b}`;
      const known = edges.get(key);
      edges.set(key, {
        a,
        b,
        count: (known?.count ?? 0) + sumOf(talk),
        isStorm: (known?.isStorm ?? false) || isHeld(storms, talk.a, talk.b),
        isDashed: isPerson(a) || isPerson(b),
      });
    }
    const nodes = new Map<string, Node>(people.map((id) => [id, { id, person: personFor(id) }]));
    for (const agent of all)
      if (seatOf.get(agent.agent_id) === agent.agent_id)
        nodes.set(agent.agent_id, { id: agent.agent_id, person: personFor(agent.agent_id), state: stateOf(agent).name });
    for (const { id, name, members } of groups)
      if (folded.has(id)) nodes.set(squadSeat(id), { id: squadSeat(id), person: squadPerson(id, name), members: members.length });
    return { groups, ring, nodes, people, edges: [...edges.values()] };
  }, [all, groups, ring, talks, storms, stateOf, personFor]);
}

const squadPerson = (id: string, name: string): Person => ({ id, name, look: 'group', hue: null });
