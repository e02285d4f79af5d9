import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { CirclePause, CirclePlay, Inbox, UserX } from 'lucide-react';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import { composing } from '../app/frame-keys.tsx';
import { useKeys } from '../app/keys.ts';
import { ProjectLink, textLink } from '../app/link.tsx';
import { PageHead, Views } from '../app/page.tsx';
import { useGo } from '../app/query.ts';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import { useThing, useThings } from '../live/store.ts';
import type { Agent, Message } from '../live/types.ts';
import { useLog } from '../live/use-log.ts';
import { LogGrid } from '../messages/log-grid.tsx';
import { LogRow } from '../messages/log-row.tsx';
import { Ago, At, Left } from '../parts/ago.tsx';
import { useStates } from '../parts/attention.ts';
import { personOf } from '../parts/people.ts';
import { roleName } from '../parts/roles.ts';
import { StateSign } from '../parts/signs.tsx';
import { TaskStatus } from '../parts/task-status.tsx';
import { Tile } from '../parts/tile.tsx';
import { number } from '../parts/times.ts';
import { useIsNarrow } from '../parts/width.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { usePause } from './acting.ts';

const tabs = { inbox: 'Inbox', sent: 'Sent', received: 'Received', tasks: 'Tasks', files: 'Held files' };

/** One agent: what it is and does, what waits for it, what it said, and what it has. */
export default function AgentPage() {
  const { agent: id, tab = 'inbox' } = useParams({ strict: false }) as { agent: string; tab?: string };
  const { agents } = useLive();
  const agent = useThing(agents, id);
  const pause = usePause();
  const mayAct = useMayAct();
  useKeys(agent && mayAct ? { m: () => composing.set(id), 'Shift+P': () => pause(agent) } : {});
  const views = Object.entries(tabs).map(([key, name]) => ({
    name,
    to: key === 'inbox' ? `fleet/${encodeURIComponent(id)}` : `fleet/${encodeURIComponent(id)}/${key}`,
    isCurrent: tab === key,
  }));
  if (!agent)
    return (
      <>
        <PageHead name="Agent" back="fleet" />
        <main id="main" className="min-h-0 flex-1 bg-card">
          {agents.isLoaded ? (
            <Empty
              icon={<UserX {...icon} size={24} />}
              title="There is no such agent"
              action={
                <ProjectLink to="fleet" className={textLink}>
                  All agents
                </ProjectLink>
              }
            />
          ) : (
            <Skeleton />
          )}
        </main>
      </>
    );
  const Pause = agent.paused ? CirclePlay : CirclePause;
  return (
    <>
      <PageHead name={agent.name} back="fleet" views={<Views views={views} />}>
        {mayAct && (
          <>
            <Button icon={<Pause {...icon} />} onClick={() => pause(agent)}>
              {agent.paused ? 'Resume' : 'Pause'}
            </Button>
            <Button look="primary" keys="M" onClick={() => composing.set(id)}>
              Message
            </Button>
          </>
        )}
      </PageHead>
      <div className="flex min-h-0 flex-1 flex-col lg:flex-row">
        <Facts agent={agent} />
        <main id="main" className="flex min-h-0 min-w-0 flex-1 flex-col bg-card" aria-label={tabs[tab as keyof typeof tabs] ?? 'Inbox'}>
          {tab === 'sent' || tab === 'received' ? (
            <Said key={tab} filter={tab === 'sent' ? 'sender' : 'recipient'} id={id} />
          ) : tab === 'tasks' ? (
            <Tasks id={id} />
          ) : tab === 'files' ? (
            <Files id={id} />
          ) : (
            <InboxList agent={agent} />
          )}
        </main>
      </div>
    </>
  );
}

function Facts({ agent }: { agent: Agent }) {
  const stateOf = useStates();
  const state = stateOf(agent);
  const { squads } = useLive();
  const own = useThings(squads).filter(({ members }) => members.some(({ agent_id }) => agent_id === agent.agent_id));
  const { queued = 0, in_flight = 0, dead = 0 } = agent.mailbox;
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
    ['Seen', agent.status !== 'offline' ? 'now' : agent.last_seen ? <Ago key="seen" time={agent.last_seen} isSentence /> : 'never'],
    ['Mailbox', `${number(queued)} waiting, ${number(in_flight)} in hand, ${number(dead)} dead`],
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
    <aside
      aria-label="About this agent"
      className="shrink-0 overflow-y-auto border-b bg-background p-4 lg:w-[276px] lg:border-b-0 lg:border-r"
      tabIndex={0}
    >
      <div className="mb-4 flex items-center gap-3">
        <Tile person={personOf(agent, agent.agent_id)} size={32} />
        <div className="min-w-0">
          <p className="said truncate font-semibold">{agent.name}</p>
          <p className="said truncate text-xs text-foreground-2">
            {[roleName(agent.role), agent.specialization?.replace(/_/g, ' ')].filter(Boolean).join(', ') || agent.type}
          </p>
        </div>
      </div>
      <dl className="grid grid-cols-[5rem_minmax(0,1fr)] gap-y-1.5 text-xs max-lg:[&>*:nth-child(n+9)]:hidden">
        {facts.map(([name, value], index) => (
          <div key={name + index} className="col-span-2 grid grid-cols-subgrid">
            <dt className="text-foreground-2">{name}</dt>
            <dd className="said">{value}</dd>
          </div>
        ))}
      </dl>
    </aside>
  );
}

function Said({ filter, id }: { filter: 'sender' | 'recipient'; id: string }) {
  const selection = useMemo(() => ({ [filter]: id }), [filter, id]);
  const log = useLog({ filter: selection });
  const [isFollowing, setFollowing] = useState(true);
  const go = useGo();
  const open = useCallback(({ message_id }: Message) => go(`messages/${message_id}`), [go]);
  if (log.isLoaded && log.isComplete && log.messages.length === 0)
    return (
      <Empty
        icon={<Inbox {...icon} size={24} />}
        title={filter === 'sender' ? 'It has not said anything yet' : 'Nobody has written to it yet'}
      />
    );
  return (
    <LogGrid
      log={log}
      selected={undefined}
      at={undefined}
      isFollowing={isFollowing}
      setFollowing={setFollowing}
      onOpen={open}
      onClose={() => undefined}
    />
  );
}

/** What waits for the agent, in the order in which it will get it. */
function InboxList({ agent }: { agent: Agent }) {
  const { parley, project, receipts } = useLive();
  const go = useGo();
  const isNarrow = useIsNarrow();
  const { data, error, refetch, isPending } = useQuery({
    queryKey: ['inbox', project, agent.agent_id, agent.mailbox.queued, agent.mailbox.in_flight],
    queryFn: async ({ signal }) => {
      const page = await parley.rest.get('/agents/{agent_id}/inbox', {
        path: { agent_id: agent.agent_id },
        query: { max: 200 } as never,
        signal,
      });
      receipts.show(page.items.map(({ message }) => message));
      return page;
    },
    placeholderData: (old) => old,
  });
  const open = useCallback(({ message_id }: Message) => go(`messages/${message_id}`), [go]);
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (isPending) return <Skeleton />;
  if (data.items.length === 0)
    return (
      <Empty icon={<Inbox {...icon} size={24} />} title="Nothing waits">
        {agent.name} has read everything that was sent to it.
      </Empty>
    );
  return (
    <div className="@container min-h-0 flex-1 overflow-y-auto" tabIndex={0} role="region" aria-label="Waiting messages">
      <p className="border-b px-4 py-1.5 text-xs text-foreground-2">
        {data.items.length} waiting, in the order in which {agent.name} gets them
      </p>
      <div role="grid" aria-label="Inbox" aria-rowcount={data.items.length}>
        {data.items.map(({ message }, index) => (
          <LogRow
            key={message.message_id}
            message={message}
            above={undefined}
            isSelected={false}
            isCard={isNarrow}
            isSuperseded={false}
            onOpen={open}
            id={`inbox-${message.seq}`}
            index={index}
          />
        ))}
      </div>
    </div>
  );
}

function Tasks({ id }: { id: string }) {
  const { parley, project } = useLive();
  const { data, error, refetch, isPending } = useQuery({
    queryKey: ['agent-tasks', project, id],
    queryFn: () => parley.rest.get('/tasks/agent/{agent_id}', { path: { agent_id: id }, query: { limit: 200 } as never }),
    refetchInterval: 10_000,
  });
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (isPending) return <Skeleton />;
  if (data.items.length === 0) return <Empty icon={<Inbox {...icon} size={24} />} title="It has no task" />;
  return (
    <ul className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} aria-label="Tasks">
      {data.items.map((task) => (
        <li key={task.task_id} className="flex min-h-[calc(46px+var(--row-more))] items-center gap-3 border-b px-4 py-1.5">
          <TaskStatus status={task.status} isIconOnly />
          <ProjectLink to="tasks" query={{ t: task.task_id }} className="said min-w-0 flex-1 truncate hover:underline">
            {task.title}
          </ProjectLink>
          <span className={task.overdue ? 'text-xs text-bad' : 'text-xs text-foreground-2'}>
            {task.completed_at ? <At time={task.completed_at} /> : task.due_date && <Left time={task.due_date} />}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Files({ id }: { id: string }) {
  const { parley, project } = useLive();
  const { data, error, refetch, isPending } = useQuery({
    queryKey: ['agent-files', project, id],
    queryFn: () => parley.rest.get('/reservations', { query: { agent: id, live: true } as never }),
    refetchInterval: 10_000,
  });
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (isPending) return <Skeleton />;
  if (data.items.length === 0) return <Empty icon={<Inbox {...icon} size={24} />} title="It holds no file" />;
  return (
    <ul className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} aria-label="Held files">
      {data.items.map(({ reservation_id, paths, reason, expires_at }) => (
        <li key={reservation_id} className="flex min-h-[calc(46px+var(--row-more))] items-center gap-3 border-b px-4 py-1.5">
          <span className="min-w-0 flex-1">
            <code className="said block truncate font-mono text-xs">{paths.join(', ')}</code>
            {reason && <span className="said text-xs text-foreground-2">{reason}</span>}
          </span>
          {expires_at && <Left time={expires_at} className="text-xs text-foreground-2" />}
        </li>
      ))}
    </ul>
  );
}
