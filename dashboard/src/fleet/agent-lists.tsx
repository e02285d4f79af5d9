import { useQuery } from '@tanstack/react-query';
import { Database, Inbox } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { ProjectLink } from '../app/link.tsx';
import { useGo } from '../app/query.ts';
import { useLive } from '../live/live.ts';
import type { Agent, MemoryEntry, Message } from '../live/types.ts';
import { useLog } from '../live/use-log.ts';
import { LogGrid } from '../messages/log-grid.tsx';
import { LogRow } from '../messages/log-row.tsx';
import { Ago, At, Left } from '../parts/ago.tsx';
import { TaskStatus } from '../parts/task-status.tsx';
import { number, plural } from '../parts/times.ts';
import { useIsNarrow } from '../parts/width.ts';
import { Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

const row = 'flex min-h-[calc(46px+var(--row-more))] items-center gap-3 border-b px-4 py-1.5';

/** What it said, or what was said to it. */
export function Said({ filter, id }: { filter: 'sender' | 'recipient'; id: string }) {
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
export function InboxList({ agent }: { agent: Agent }) {
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

/** What it has and had to do. */
export function Tasks({ id }: { id: string }) {
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
        <li key={task.task_id} className={row}>
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

/** The files that it keeps to itself. */
export function Files({ id }: { id: string }) {
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
        <li key={reservation_id} className={row}>
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

const pageSize = 500;
const most = 5000;

/** The entries of shared memory that it was the last to write. The server lists them by key only. */
export function Memory({ id }: { id: string }) {
  const { parley, project } = useLive();
  const { data, error, refetch, isPending } = useQuery({
    queryKey: ['agent-memory', project, id],
    queryFn: async ({ signal }) => {
      const found: MemoryEntry[] = [];
      let after: string | null = null;
      let read = 0;
      do {
        const page: { items: MemoryEntry[]; next: string | null } = await parley.rest.get('/memory', {
          query: { limit: pageSize, ...(after ? { after } : {}) } as never,
          signal,
        });
        found.push(...page.items.filter(({ updated_by }) => updated_by === id));
        read += page.items.length;
        after = page.next;
      } while (after !== null && read < most);
      return { entries: found.sort((a, b) => b.updated_at.localeCompare(a.updated_at)), isPart: after !== null };
    },
    refetchInterval: 15_000,
  });
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (isPending) return <Skeleton />;
  if (data.entries.length === 0)
    return <Empty icon={<Database {...icon} size={24} />} title="No key of shared memory was last written by it" />;
  return (
    <>
      <p className="border-b px-4 py-1.5 text-xs text-foreground-2">
        {plural(data.entries.length, 'key')} that it was the last to write
        {data.isPart && `, among the first ${number(most)}`}
      </p>
      <ul className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} aria-label="Keys">
        {data.entries.map(({ key, version, updated_at }) => (
          <li key={key} className={row}>
            <ProjectLink to="memory" query={{ key }} className="said min-w-0 flex-1 truncate font-mono text-xs hover:underline">
              {key}
            </ProjectLink>
            <span className="text-xs text-foreground-2">version {version}</span>
            <Ago time={updated_at} className="w-16 text-right text-xs text-foreground-2" />
          </li>
        ))}
      </ul>
    </>
  );
}
