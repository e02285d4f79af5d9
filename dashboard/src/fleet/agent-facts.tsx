import clsx from 'clsx';
import type { ReactNode } from 'react';
import { ProjectLink, textLink } from '../app/link.tsx';
import { useLive } from '../live/live.ts';
import { useThings } from '../live/store.ts';
import type { Agent } from '../live/types.ts';
import { Ago, At } from '../parts/ago.tsx';
import { useStates } from '../parts/attention.ts';
import { personOf } from '../parts/people.ts';
import { roleName } from '../parts/roles.ts';
import { StateSign } from '../parts/signs.tsx';
import { firstLine } from '../parts/text/parse.ts';
import { Tile } from '../parts/tile.tsx';
import { number } from '../parts/times.ts';

/** Who an agent is, and how it stands. */
export function Facts({ agent, isShort }: { agent: Agent; isShort?: boolean }) {
  const stateOf = useStates();
  const state = stateOf(agent);
  const { squads } = useLive();
  const own = useThings(squads).filter(({ members }) => members.some(({ agent_id }) => agent_id === agent.agent_id));
  const { queued = 0, in_flight = 0, dead = 0, oldest_at } = agent.mailbox;
  const facts: [string, ReactNode][] = [
    [
      'State',
      <span key="state" className="flex flex-wrap gap-x-1.5">
        <StateSign name={state.name} /> <Ago time={state.since} className="text-foreground-2" />
      </span>,
    ],
    ...(state.evidence
      ? [
          [
            '',
            <span key="why" className="said text-foreground-2">
              {state.evidence}
            </span>,
          ] as [string, ReactNode],
        ]
      : []),
    ...(agent.note
      ? [
          [
            'Says',
            <span key="note" className="said">
              {firstLine(agent.note, 200)} <Ago time={agent.note_at} className="text-foreground-2" />
            </span>,
          ] as [string, ReactNode],
        ]
      : []),
    ['Seen', agent.status !== 'offline' ? 'now' : agent.last_seen ? <Ago key="seen" time={agent.last_seen} isSentence /> : 'never'],
    [
      'Mailbox',
      <span key="mailbox">
        {number(queued)} waiting, {number(in_flight)} in hand,{' '}
        {dead > 0 ? (
          <ProjectLink to="dead-letters" query={{ agent: agent.agent_id }} className={`${textLink} text-bad`}>
            {number(dead)} dead
          </ProjectLink>
        ) : (
          '0 dead'
        )}
        {queued > 0 && oldest_at && (
          <span className="block text-foreground-2">
            oldest <Ago time={oldest_at} />
          </span>
        )}
      </span>,
    ],
    ['Type', agent.type],
    ...(agent.capabilities.length > 0 ? [['Can do', agent.capabilities.join(', ')] as [string, ReactNode]] : []),
    ...(own.length > 0 ? [['Squads', own.map(({ name }) => name).join(', ')] as [string, ReactNode]] : []),
    ['Since', <At key="since" time={agent.created_at} />],
    [
      'ID',
      <code key="id" className="select-all break-all font-mono text-2xs">
        {agent.agent_id}
      </code>,
    ],
  ];
  return (
    <>
      <div className="mb-4 flex items-center gap-3">
        <Tile person={personOf(agent, agent.agent_id)} size={32} />
        <div className="min-w-0">
          <p className="said truncate font-semibold">{agent.name}</p>
          <p className="said truncate text-xs text-foreground-2">
            {[roleName(agent.role), agent.specialization?.replace(/_/g, ' ')].filter(Boolean).join(', ') || agent.type}
          </p>
        </div>
      </div>
      <dl className={clsx('grid grid-cols-[5rem_minmax(0,1fr)] gap-y-1.5 text-xs', isShort && 'max-lg:[&>*:nth-child(n+6)]:hidden')}>
        {facts.map(([name, value], index) => (
          <div key={name + index} className="col-span-2 grid grid-cols-subgrid">
            <dt className="text-foreground-2">{name}</dt>
            <dd className="said">{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
