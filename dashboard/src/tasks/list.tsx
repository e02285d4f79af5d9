import clsx from 'clsx';
import type { AgentTask } from '../live/types.ts';
import { PrioritySign } from '../parts/signs.tsx';
import { TaskStatus } from '../parts/task-status.tsx';
import { firstLine } from '../parts/text/parse.ts';
import { AgentName, CardActions, Due, numberOf, Parts, Why, type Acting } from './card.tsx';
import { columns as order } from './verdicts.ts';

const columns =
  'grid grid-cols-[1.5rem_minmax(0,1fr)_2rem] md:grid-cols-[7rem_minmax(0,1fr)_9rem_7rem_2rem] xl:grid-cols-[7rem_minmax(0,1fr)_16rem_4rem_9rem_8rem_2rem] items-center gap-x-3 px-4';

/** The same tasks as rows, those that are worked on first. */
export function TaskList({ tasks, marked, acting }: { tasks: readonly AgentTask[]; marked: string | undefined; acting: Acting }) {
  const rank = ({ status }: AgentTask) => ['in_progress', 'assigned', 'pending', 'failed', 'completed', 'cancelled'].indexOf(status);
  const sorted = [...tasks].sort((a, b) => rank(a) - rank(b));
  return (
    <div role="table" aria-label="Tasks" aria-rowcount={sorted.length + 1}>
      <div role="row" className={clsx(columns, 'sticky top-0 z-10 h-8 border-b bg-card text-xs text-foreground-2')}>
        <span role="columnheader">
          <span className="max-md:sr-only">Status</span>
        </span>
        <span role="columnheader">Task</span>
        <span role="columnheader" className="hidden xl:block">
          Why it stands
        </span>
        <span role="columnheader" className="hidden xl:block">
          Parts
        </span>
        <span role="columnheader" className="hidden md:block">
          Agent
        </span>
        <span role="columnheader" className="hidden text-right md:block">
          Due or ended
        </span>
        <span role="columnheader">
          <span className="sr-only">Actions</span>
        </span>
      </div>
      {sorted.map((task) => (
        <Row key={task.task_id} task={task} acting={acting} isMarked={task.task_id === marked} />
      ))}
    </div>
  );
}

function Row({ task, acting, isMarked }: { task: AgentTask; acting: Acting; isMarked: boolean }) {
  const { task_id, status, agent_id, title, priority, parts } = task;
  const isWaiting = acting.waiting.has(task_id);
  const number = numberOf(task);
  const isKnown = (order as readonly string[]).includes(status);
  return (
    <div
      role="row"
      aria-busy={isWaiting || undefined}
      className={clsx(
        columns,
        'min-h-[calc(40px+var(--row-more))] border-b py-1.5 hover:bg-muted',
        isMarked && 'bg-accent-soft',
        isWaiting && 'animate-soft',
      )}
    >
      <span role="cell" className="flex max-md:[&_span>span]:sr-only">
        <TaskStatus status={status} />
      </span>
      <span role="cell" className="min-w-0">
        <span className="flex min-w-0 items-center gap-2">
          {number !== undefined && <span className="font-mono text-2xs text-foreground-2">{`T-${number}`}</span>}
          <button
            type="button"
            id={`task-${task_id}`}
            onClick={() => acting.open(task)}
            className={clsx('said min-w-0 truncate rounded-sm text-left hover:underline', !isKnown && 'text-foreground-2 line-through')}
            dir="auto"
          >
            {firstLine(title, 160)}
          </button>
          <PrioritySign priority={priority} />
        </span>
        <span className="flex items-center gap-3 text-xs text-foreground-2 md:hidden">
          {agent_id && <AgentName id={agent_id} />} <Due task={task} />
        </span>
        <Why task={task} asks={acting.asks(task)} className="xl:hidden" />
      </span>
      <span role="cell" className="hidden min-w-0 xl:block">
        <Why task={task} asks={acting.asks(task)} />
      </span>
      <span role="cell" className="hidden text-xs text-foreground-2 xl:block">
        {(parts.total ?? 0) > 0 && <Parts task={task} />}
      </span>
      <span role="cell" className="hidden min-w-0 text-xs md:block">
        {agent_id && <AgentName id={agent_id} />}
      </span>
      <span role="cell" className="hidden text-right text-xs text-foreground-2 md:block">
        <Due task={task} />
      </span>
      <span role="cell">
        <CardActions task={task} acting={acting} />
      </span>
    </div>
  );
}
