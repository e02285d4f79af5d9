import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { ProjectLink, textLink } from '../app/link.tsx';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import type { AgentTask } from '../live/types.ts';
import { Ago, At, Left } from '../parts/ago.tsx';
import { Beside } from '../parts/beside.tsx';
import { useNames } from '../parts/people.ts';
import { PrioritySign } from '../parts/signs.tsx';
import { TaskStatus, taskStatuses } from '../parts/task-status.tsx';
import { firstLine, reveal } from '../parts/text/parse.ts';
import { CodeBox, Said } from '../parts/text/text.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { say } from '../ui/toast.tsx';
import { AgentName, numberOf, Parts, Why, type Acting } from './card.tsx';
import { columns, verdictOf } from './verdicts.ts';

interface Props {
  id: string;
  /** The task as the list has it, which is newer than what was read here. */
  known: AgentTask | undefined;
  acting: Acting;
  onClose: () => void;
}

/** A task beside the board, which stays usable; in place of it where there is no room. */
export default function TaskBeside({ id, known, acting, onClose }: Props) {
  const { parley, project } = useLive();
  const { data, error, refetch } = useQuery({
    queryKey: ['tasks', project, 'one', id],
    queryFn: ({ signal }) => parley.rest.get('/tasks/{task_id}', { path: { task_id: id }, signal }),
  });
  const task = known ?? data;
  const number = task && numberOf(task);
  const copy = () => void navigator.clipboard?.writeText(location.href).then(() => say('Link copied'));
  return (
    <Beside
      label="Task"
      name={number === undefined ? 'Task' : `T-${number}`}
      actions={
        <IconButton label="Copy the link" onClick={copy}>
          <Link2 {...icon} />
        </IconButton>
      }
      onClose={onClose}
    >
      <div className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} role="region" aria-label="The task">
        {task ? (
          <Details key={id} task={task} acting={acting} />
        ) : error ? (
          <Problem error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton rows={6} />
        )}
      </div>
    </Beside>
  );
}

function Details({ task, acting }: { task: AgentTask; acting: Acting }) {
  const mayAct = useMayAct();
  const names = useNames();
  const isWaiting = acting.waiting.has(task.task_id);
  const moves = columns.flatMap((column) => {
    const verdict = verdictOf(task, column, names);
    return verdict?.move ? [{ column, text: verdict.text }] : [];
  });
  return (
    <article>
      <div className="border-b px-4 py-3">
        <p className="flex items-center gap-3">
          <TaskStatus status={task.status} />
          <PrioritySign priority={task.priority} isNamed />
        </p>
        <h2 className="said mt-2 text-base font-semibold" dir="auto">
          {reveal(task.title)}
        </h2>
        <Why task={task} asks={acting.asks(task)} className="mt-1" />
        {task.description && <Said text={task.description} className="mt-2" />}
        {mayAct && moves.length > 0 && (
          <div className="mt-3 flex flex-wrap gap-2">
            {moves.map(({ column, text }) => (
              <Button
                key={column}
                look={column === 'failed' ? 'bad' : 'plain'}
                isWaiting={isWaiting}
                onClick={() => acting.move(task, column)}
              >
                {text}
              </Button>
            ))}
          </div>
        )}
      </div>
      <Facts task={task} />
      <Value name="Result" value={task.result} />
      <Value name="Requirements" value={task.requirements} />
      <Assignments task={task} />
    </article>
  );
}

function Facts({ task }: { task: AgentTask }) {
  const { agent_id, creator_id, due_date, overdue, created_at, completed_at, lease_until, status, thread_id } = task;
  const facts: [string, ReactNode][] = [
    ['Agent', agent_id ? <AgentLink key="agent" id={agent_id} /> : 'nobody yet'],
    [
      'Created',
      <span key="created">
        <Ago time={created_at} isSentence /> by <Who id={creator_id} />
      </span>,
    ],
  ];
  if (due_date) facts.push(['Due', overdue ? <Left key="due" time={due_date} className="text-bad" /> : <At key="due" time={due_date} />]);
  if (completed_at) facts.push(['Ended', <At key="ended" time={completed_at} />]);
  if (lease_until && (status === 'assigned' || status === 'in_progress'))
    facts.push([
      'Lease',
      <span key="lease">
        ends <At time={lease_until} /> unless it is extended
      </span>,
    ]);
  if ((task.parts.total ?? 0) > 0) facts.push(['Parts', <Parts key="parts" task={task} />]);
  if (task.required_capabilities.length > 0) facts.push(['Needs', task.required_capabilities.join(', ')]);
  if (task.blocked_by.length > 0) facts.push(['Waits for', <Others key="blocked" ids={task.blocked_by} />]);
  if (task.parent_task_id) facts.push(['Part of', <Others key="parent" ids={[task.parent_task_id]} />]);
  if (thread_id)
    facts.push([
      'Thread',
      <ProjectLink key="thread" to={`threads/${thread_id}`} className={textLink}>
        Open it
      </ProjectLink>,
    ]);
  facts.push([
    'ID',
    <code key="id" className="select-all break-all font-mono text-2xs text-foreground-2">
      {task.task_id}
    </code>,
  ]);
  return (
    <dl className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-y-2 border-b px-4 py-3 text-xs">
      {facts.map(([name, value]) => (
        <div key={name} className="col-span-2 grid grid-cols-subgrid">
          <dt className="text-foreground-2">{name}</dt>
          <dd className="said">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function AgentLink({ id }: { id: string }) {
  return (
    <ProjectLink to={`fleet/${encodeURIComponent(id)}`} className="inline-flex max-w-full rounded-sm hover:underline">
      <AgentName id={id} />
    </ProjectLink>
  );
}

function Who({ id }: { id: string | null }) {
  const names = useNames();
  return <span className="said">{id ? names(id) : 'a person'}</span>;
}

/** Other tasks, by their titles. */
function Others({ ids }: { ids: readonly string[] }) {
  return (
    <ul>
      {ids.map((id) => (
        <Other key={id} id={id} />
      ))}
    </ul>
  );
}

function Other({ id }: { id: string }) {
  const { parley, project } = useLive();
  const { data } = useQuery({
    queryKey: ['tasks', project, 'one', id],
    queryFn: ({ signal }) => parley.rest.get('/tasks/{task_id}', { path: { task_id: id }, signal }),
  });
  return (
    <li>
      <ProjectLink to="tasks" query={{ t: id }} className={textLink}>
        {data ? firstLine(data.title, 120) : 'Another task'}
      </ProjectLink>
      {data && <span className="text-foreground-2"> {taskStatuses[data.status].word.toLowerCase()}</span>}
    </li>
  );
}

function Value({ name, value }: { name: string; value: unknown }) {
  if (value === null || value === undefined) return null;
  return (
    <section aria-label={name} className="border-b px-4 py-3">
      <h3 className="mb-1 text-xs">{name}</h3>
      {typeof value === 'string' ? <Said text={value} /> : <CodeBox text={JSON.stringify(value, null, 2)} label={name} />}
    </section>
  );
}

const outcomes: Record<string, string> = {
  assigned: 'has it, not accepted yet',
  accepted: 'has it',
  rejected: 'gave it back',
  completed: 'completed it',
  failed: 'failed',
  lapsed: 'lost it',
};

/** Who has had it, the oldest first, and how that went. */
function Assignments({ task }: { task: AgentTask }) {
  const { parley, project } = useLive();
  const { data } = useQuery({
    queryKey: ['tasks', project, 'assignments', task.task_id, task.version],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      parley.rest.get('/tasks/{task_id}/assignments', { path: { task_id: task.task_id }, query: { limit: 100 } as never, signal }),
  });
  if (!data || data.items.length === 0) return null;
  return (
    <section aria-label="Who had it" className="px-4 py-3">
      <h3 className="mb-1.5 text-xs">Who had it</h3>
      <ol className="space-y-1.5">
        {data.items.map(({ assignment_id, agent_id, status, reason, assigned_at }) => (
          <li key={assignment_id} className="text-xs">
            <span className="flex items-center gap-2">
              <AgentName id={agent_id} />
              <span className="text-foreground-2">{outcomes[status] ?? status}</span>
              <span className="flex-1" />
              <At time={assigned_at} className="text-foreground-2" />
            </span>
            {reason && <span className="said block pl-6 text-foreground-2">{firstLine(reason, 200)}</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}
