import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { CalendarClock, CircleAlert, Ellipsis, Hand, Link2Off, Plus, SquareKanban, UsersRound } from 'lucide-react';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { useKeys } from '../app/keys.ts';
import { PageHead } from '../app/page.tsx';
import { useAddressQuery, useGo } from '../app/query.ts';
import { useLive } from '../live/live.ts';
import { queries, useMayAct } from '../live/session.ts';
import { useThings } from '../live/store.ts';
import type { Agent, AgentTask } from '../live/types.ts';
import { SearchField } from '../messages/filter-bar.tsx';
import { At, Left } from '../parts/ago.tsx';
import { useOpenQuestions } from '../parts/attention.ts';
import { usePerson } from '../parts/people.ts';
import { CheckRing } from '../parts/ring.tsx';
import { PrioritySign } from '../parts/signs.tsx';
import { TaskStatus, taskStatuses } from '../parts/task-status.tsx';
import { firstLine } from '../parts/text/parse.ts';
import { Tile } from '../parts/tile.tsx';
import { number } from '../parts/times.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Command, Empty } from '../ui/empty.tsx';
import { icon, smallIcon } from '../ui/icon.ts';
import { Actions } from '../ui/menu.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useMoves } from './moves.ts';

const NewTask = lazy(() => import('./new-task.tsx'));
const columns = ['pending', 'assigned', 'in_progress', 'completed', 'failed'] as const;
const hints: Partial<Record<AgentTask['status'], string>> = {
  pending: 'nobody has it yet',
  assigned: 'not begun',
  completed: 'today',
  failed: 'today',
};

function useTasks() {
  const live = useLive();
  useEffect(() => {
    const stop = new AbortController();
    live.watch({ tasks: null }, () => void queries.invalidateQueries({ queryKey: ['tasks', live.project] }), stop.signal);
    return () => stop.abort();
  }, [live]);
  return useQuery({
    queryKey: ['tasks', live.project],
    queryFn: ({ signal }) => live.parley.rest.get('/tasks', { query: { limit: 500 } as never, signal }),
    refetchInterval: 30_000,
  });
}

/** Why nobody can take a pending task; undefined if somebody can. */
export function whyNobody(task: AgentTask, agents: readonly Agent[]): string | undefined {
  if (task.status !== 'pending' || task.required_capabilities.length === 0) return undefined;
  const able = agents.filter(
    ({ status, capabilities }) => status !== 'offline' && task.required_capabilities.every((one) => capabilities.includes(one)),
  );
  return able.length > 0 ? undefined : `Nobody with ${task.required_capabilities.join(', ')} is online`;
}

/** The work, in columns from waiting to done. */
export default function TasksPage() {
  const [query, change] = useAddressQuery();
  const { data, error, refetch, isPending } = useTasks();
  const { agents } = useLive();
  const everyone = useThings(agents);
  const mayAct = useMayAct();
  const [isAdding, setAdding] = useState(false);
  const midnight = new Date().setHours(0, 0, 0, 0);
  const all = useMemo(() => data?.items ?? [], [data]);
  const wanted = (query['q'] ?? '').toLowerCase();
  const flag = query['only'];
  const shown = useMemo(
    () =>
      all.filter(
        (task) =>
          (!wanted || `${task.title} ${task.description ?? ''} ${task.agent_id ?? ''}`.toLowerCase().includes(wanted)) &&
          (flag !== 'overdue' || task.overdue) &&
          (flag !== 'blocked' || task.blocked_by.length > 0) &&
          (flag !== 'nobody' || whyNobody(task, everyone) !== undefined) &&
          (!query['agent'] || task.agent_id === query['agent']) &&
          (!['completed', 'failed'].includes(task.status) ||
            Date.parse(task.completed_at ?? task.created_at) >= midnight ||
            task.task_id === query['t']),
      ),
    [all, wanted, flag, query, everyone, midnight],
  );
  const open = all.filter(({ status }) => ['pending', 'assigned', 'in_progress'].includes(status)).length;
  const done = all.filter(({ status, completed_at }) => status === 'completed' && Date.parse(completed_at ?? '') >= midnight).length;
  useKeys(mayAct ? { n: () => setAdding(true) } : {});
  const flags = [
    { key: 'overdue', name: 'Overdue', icon: CalendarClock, count: all.filter(({ overdue }) => overdue).length },
    {
      key: 'blocked',
      name: 'Blocked',
      icon: Link2Off,
      count: all.filter(({ status, blocked_by }) => status === 'pending' && blocked_by.length > 0).length,
    },
    { key: 'nobody', name: 'Nobody can', icon: UsersRound, count: all.filter((task) => whyNobody(task, everyone) !== undefined).length },
  ];

  return (
    <>
      <PageHead name="Tasks" count={data && `${number(open)} open, ${number(done)} done today`}>
        {mayAct && (
          <Button look="primary" keys="N" icon={<Plus {...icon} />} onClick={() => setAdding(true)}>
            New task
          </Button>
        )}
      </PageHead>
      <div className="relative flex min-h-12 shrink-0 items-center gap-2 overflow-x-auto border-b bg-card px-4">
        <SearchField
          value={query['q'] ?? ''}
          label="Find a task"
          onChange={(text) => change({ q: text || undefined }, true)}
          className="w-[200px] shrink-0"
        />
        {flags.map(({ key, name, icon: Icon, count }) => (
          <button
            key={key}
            type="button"
            aria-pressed={flag === key}
            onClick={() => change({ only: flag === key ? undefined : key })}
            className={clsx(
              'inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md border px-2.5 coarse:h-9',
              flag === key ? 'border-accent-line bg-accent-soft font-medium text-accent' : 'border-border-strong hover:bg-muted',
            )}
          >
            <Icon {...smallIcon} className={key === 'overdue' && count > 0 ? 'text-bad' : ''} />
            {name}
            <span className={flag === key ? '' : 'text-foreground-2'}>{count}</span>
          </button>
        ))}
      </div>
      <main id="main" className="relative min-h-0 flex-1 overflow-auto p-4" tabIndex={0} aria-label="Board">
        {error && <Problem error={error} onRetry={() => void refetch()} />}
        {isPending && <Skeleton />}
        {data && all.length === 0 && (
          <Empty icon={<SquareKanban {...icon} size={24} />} title="No task yet">
            A task is a piece of work that one agent has at a time.
            <Command>{'parley tasks create "Build POST /login" --agent AGENT'}</Command>
          </Empty>
        )}
        {all.length > 0 && (
          <div className="grid gap-4 max-lg:grid-cols-1 lg:min-w-[60rem] lg:grid-cols-5">
            {columns.map((status) => (
              <Column
                key={status}
                status={status}
                tasks={shown.filter((task) => task.status === status)}
                agents={everyone}
                marked={query['t']}
              />
            ))}
          </div>
        )}
      </main>
      <Suspense>{isAdding && <NewTask onClose={() => setAdding(false)} />}</Suspense>
    </>
  );
}

function Column({
  status,
  tasks,
  agents,
  marked,
}: {
  status: AgentTask['status'];
  tasks: readonly AgentTask[];
  agents: readonly Agent[];
  marked: string | undefined;
}) {
  return (
    <section aria-label={taskStatuses[status].word}>
      <h2 className="mb-2 flex h-7 items-center gap-2">
        <TaskStatus status={status} isIconOnly />
        <span className="font-medium">{taskStatuses[status].word}</span>
        <span className="text-foreground-2">{tasks.length}</span>
        <span className="truncate text-xs font-normal text-foreground-2">{hints[status]}</span>
      </h2>
      <ul className="space-y-2">
        {tasks.map((task) => (
          <Card key={task.task_id} task={task} agents={agents} isMarked={task.task_id === marked} />
        ))}
      </ul>
    </section>
  );
}

function Card({ task, agents, isMarked }: { task: AgentTask; agents: readonly Agent[]; isMarked: boolean }) {
  const questions = useOpenQuestions();
  const { task_id, agent_id, status, parts, blocked_by, due_date, overdue } = task;
  const isEnded = status === 'completed' || status === 'failed';
  const asks = !isEnded && questions.some((question) => question.task_id === task_id);
  const nobody = whyNobody(task, agents);
  return (
    <li className={clsx('rounded-lg border bg-card px-3 py-2', isMarked && 'border-accent ring-1 ring-accent-line')}>
      <div className="flex items-start gap-2">
        {isEnded && <TaskStatus status={status} isIconOnly />}
        <p className="said min-w-0 flex-1 font-medium" dir="auto">
          {firstLine(task.title, 160)}
        </p>
        <PrioritySign priority={task.priority} />
        {(parts.total ?? 0) > 0 && (
          <span className="inline-flex items-center gap-1 text-xs text-foreground-2">
            <CheckRing
              share={(parts.done ?? 0) / parts.total!}
              size={12}
              tone="stroke-good-solid"
              label={`${parts.done} of ${parts.total} parts done`}
            />
            {parts.done}/{parts.total}
          </span>
        )}
        <CardActions task={task} agents={agents} />
      </div>
      {asks && (
        <p className="mt-1 flex items-center gap-1.5 text-xs text-person">
          <Hand {...smallIcon} /> Waits for your answer
        </p>
      )}
      {nobody && (
        <p className="mt-1 flex items-center gap-1.5 text-xs text-bad">
          <CircleAlert {...smallIcon} className="shrink-0" /> {nobody}
        </p>
      )}
      {task.error && (
        <p className="mt-1 flex items-center gap-1.5 text-xs text-bad">
          <CircleAlert {...smallIcon} className="shrink-0" /> <span className="said truncate">{firstLine(task.error, 120)}</span>
        </p>
      )}
      <div className="mt-1.5 flex min-h-5 items-center gap-2 text-xs text-foreground-2">
        {agent_id ? (
          <Agentname id={agent_id} />
        ) : (
          task.required_capabilities.length > 0 && <span className="truncate">needs {task.required_capabilities.join(', ')}</span>
        )}
        <span className="flex-1" />
        {blocked_by.length > 0 && !isEnded && (
          <span className="inline-flex items-center gap-1" title={`Waits for ${blocked_by.length} other tasks`}>
            <Link2Off {...smallIcon} />
            <span className="sr-only">blocked by </span>
            {blocked_by.length}
          </span>
        )}
        {isEnded
          ? task.completed_at && <At time={task.completed_at} />
          : due_date && (overdue ? <Left time={due_date} className="font-medium text-bad" /> : <At time={due_date} />)}
      </div>
    </li>
  );
}

function Agentname({ id }: { id: string }) {
  const person = usePerson(id);
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <Tile person={person} size={18} />
      <span className="said truncate text-foreground">{person.name}</span>
    </span>
  );
}

function CardActions({ task, agents }: { task: AgentTask; agents: readonly Agent[] }) {
  const mayAct = useMayAct();
  const go = useGo();
  const { assign, takeBack } = useMoves();
  const name = agents.find(({ agent_id }) => agent_id === task.agent_id)?.name ?? task.agent_id;
  const able = agents.filter(
    ({ type, agent_id, capabilities }) =>
      type !== 'human' && agent_id !== task.agent_id && task.required_capabilities.every((one) => capabilities.includes(one)),
  );
  const isOpen = ['pending', 'assigned', 'in_progress'].includes(task.status);
  const actions = [
    ...(mayAct && isOpen && task.agent_id ? [{ label: `Take it back from ${name}`, onSelect: () => takeBack(task) }] : []),
    ...(mayAct && task.status === 'pending' && task.blocked_by.length === 0
      ? able.slice(0, 12).map((agent) => ({ label: `Assign to ${agent.name}`, onSelect: () => assign(task, agent) }))
      : []),
    ...(task.thread_id ? [{ label: 'Open its thread', onSelect: () => go(`threads/${task.thread_id}`) }] : []),
    ...(task.agent_id ? [{ label: `Open ${name}`, onSelect: () => go(`fleet/${encodeURIComponent(task.agent_id!)}`) }] : []),
  ];
  if (actions.length === 0) return null;
  return (
    <span className="-mr-1.5 -mt-1">
      <Actions
        trigger={
          <IconButton label={`More for ${firstLine(task.title, 60)}`}>
            <Ellipsis {...icon} />
          </IconButton>
        }
        actions={actions}
      />
    </span>
  );
}
