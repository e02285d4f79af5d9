import clsx from 'clsx';
import { CircleAlert, Ellipsis, Hand, Link2Off, Timer } from 'lucide-react';
import { type PointerEvent, type ReactNode } from 'react';
import { useGo } from '../app/query.ts';
import { useNow } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import { useThing, useThings } from '../live/store.ts';
import type { AgentTask } from '../live/types.ts';
import { At, Left } from '../parts/ago.tsx';
import { useNames, usePerson } from '../parts/people.ts';
import { CheckRing } from '../parts/ring.tsx';
import { PrioritySign } from '../parts/signs.tsx';
import { TaskStatus } from '../parts/task-status.tsx';
import { firstLine } from '../parts/text/parse.ts';
import { Tile } from '../parts/tile.tsx';
import { plural, span } from '../parts/times.ts';
import { IconButton } from '../ui/button.tsx';
import { icon, smallIcon } from '../ui/icon.ts';
import { Actions } from '../ui/menu.tsx';
import { columns, verdictOf, whyNobody, type Column } from './verdicts.ts';

/** What the board and the list do with a task. */
export interface Acting {
  readonly open: (task: AgentTask) => void;
  readonly move: (task: AgentTask, column: Column) => void;
  readonly cancel: (task: AgentTask) => void;
  readonly take?: (event: PointerEvent, task: AgentTask) => void;
  /** The task whose menu is open. */
  readonly menu: string | undefined;
  readonly setMenu: (id: string | undefined) => void;
  readonly asks: (task: AgentTask) => boolean;
  readonly waiting: ReadonlySet<string>;
}

const isEnded = ({ status }: AgentTask) => status === 'completed' || status === 'failed' || status === 'cancelled';

export function Card({ task, acting, isMarked }: { task: AgentTask; acting: Acting; isMarked: boolean }) {
  const { task_id, status, agent_id, blocked_by } = task;
  const isWaiting = acting.waiting.has(task_id);
  return (
    <li
      aria-busy={isWaiting || undefined}
      onPointerDown={(event) => acting.take?.(event, task)}
      className={clsx(
        'group relative rounded-lg border bg-card px-3 py-2',
        isMarked && 'border-accent ring-1 ring-accent-line',
        isWaiting && 'animate-soft',
      )}
    >
      <Head task={task} />
      <div className="flex items-start gap-2">
        {isEnded(task) && <TaskStatus status={status} isIconOnly />}
        <button
          type="button"
          id={`task-${task_id}`}
          onClick={() => acting.open(task)}
          className={clsx(
            'said min-w-0 flex-1 rounded-sm text-left font-medium',
            status === 'cancelled' && 'text-foreground-2 line-through',
          )}
          dir="auto"
        >
          {firstLine(task.title, 160)}
        </button>
      </div>
      <Why task={task} asks={acting.asks(task)} className="mt-1" />
      <div className="mt-1.5 flex min-h-5 items-center gap-2 text-xs text-foreground-2">
        {agent_id ? <AgentName id={agent_id} /> : <Needs task={task} />}
        <span className="flex-1" />
        {blocked_by.length > 0 && !isEnded(task) && (
          <span className="inline-flex items-center gap-1" title={`Waits for ${plural(blocked_by.length, 'other task')}`}>
            <Link2Off {...smallIcon} />
            <span className="sr-only">blocked by </span>
            {blocked_by.length}
          </span>
        )}
        <Due task={task} />
      </div>
      <span
        data-no-drag
        className="absolute right-1 top-1 rounded-md bg-card has-[[aria-expanded=true]]:opacity-100 [@media(hover:hover)]:opacity-0 [@media(hover:hover)]:focus-within:opacity-100 [@media(hover:hover)]:group-hover:opacity-100"
      >
        <CardActions task={task} acting={acting} />
      </span>
    </li>
  );
}

/** Number, priority, and parts: what there is of them, above the title. */
function Head({ task }: { task: AgentTask }) {
  const number = numberOf(task);
  const { priority, parts } = task;
  const hasParts = (parts.total ?? 0) > 0;
  if (number === undefined && (isEnded(task) || (priority === 2 && !hasParts))) return null;
  return (
    <div className="mb-0.5 flex min-h-4 items-center gap-2 text-xs text-foreground-2">
      {number !== undefined && <span className="font-mono text-2xs">{`T-${number}`}</span>}
      <PrioritySign priority={priority} />
      <span className="flex-1" />
      {hasParts && <Parts task={task} />}
    </div>
  );
}

/** The number that people know a task by, from servers that count them. */
export function numberOf(task: AgentTask): number | undefined {
  return (task as { number?: number }).number;
}

export function Parts({ task: { parts } }: { task: AgentTask }) {
  const { done = 0, total = 0 } = parts;
  return (
    <span className="inline-flex items-center gap-1">
      <CheckRing share={done / Math.max(1, total)} size={12} tone="stroke-good-solid" label={`${done} of ${total} parts done`} />
      <span aria-hidden="true">
        {done}/{total}
      </span>
    </span>
  );
}

function Needs({ task: { required_capabilities } }: { task: AgentTask }) {
  if (required_capabilities.length === 0) return null;
  return <span className="truncate">needs {required_capabilities.join(', ')}</span>;
}

/** When it is due, how late it is, or when it ended. */
export function Due({ task }: { task: AgentTask }) {
  const { completed_at, due_date, overdue } = task;
  if (isEnded(task)) return completed_at && <At time={completed_at} className="shrink-0 whitespace-nowrap" />;
  return (
    due_date &&
    (overdue ? (
      <Left time={due_date} className="shrink-0 whitespace-nowrap font-medium text-bad" />
    ) : (
      <At time={due_date} className="shrink-0 whitespace-nowrap" />
    ))
  );
}

/** Why a task stands, with its sign. Nothing if it does not. */
export function Why({ task, asks, className }: { task: AgentTask; asks: boolean; className?: string }) {
  const { agents } = useLive();
  const everyone = useThings(agents);
  const holder = useThing(agents, task.agent_id);
  const now = useNow();
  const line = (tone: string, sign: ReactNode, text: ReactNode) => (
    <p className={clsx('flex items-center gap-1.5 text-xs', tone, className)}>
      {sign} {text}
    </p>
  );
  if (asks) return line('text-person', <Hand {...smallIcon} className="shrink-0" />, 'Waits for your answer');
  const nobody = whyNobody(task, everyone);
  if (nobody) return line('text-bad', <CircleAlert {...smallIcon} className="shrink-0" />, nobody);
  if (task.status === 'in_progress' && holder?.stalled)
    return line('text-bad', <Timer {...smallIcon} className="shrink-0" />, `Silent for ${span(now - Date.parse(holder.stalled.since))}`);
  if (task.error)
    return line(
      task.status === 'cancelled' ? 'text-foreground-2' : 'text-bad',
      <CircleAlert {...smallIcon} className="shrink-0" />,
      <span className="said truncate">{firstLine(task.error, 120)}</span>,
    );
  return null;
}

export function AgentName({ id }: { id: string }) {
  const person = usePerson(id);
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <Tile person={person} size={18} />
      <span className="said truncate text-foreground">{person.name}</span>
    </span>
  );
}

/** Each move that a drag could make, by name; what cannot be done says why. */
export function CardActions({ task, acting }: { task: AgentTask; acting: Acting }) {
  const mayAct = useMayAct();
  const go = useGo();
  const names = useNames();
  const { task_id, thread_id, agent_id } = task;
  const moves = isEnded(task)
    ? []
    : columns.flatMap((column) => {
        const verdict = verdictOf(task, column, names);
        return verdict ? [{ label: verdict.text, isDisabled: verdict.move === null, onSelect: () => acting.move(task, column) }] : [];
      });
  const again = task.status === 'assigned' ? [{ label: 'Give it to another agent', onSelect: () => acting.move(task, 'assigned') }] : [];
  const acts =
    mayAct && !isEnded(task) ? [...again, ...moves, { label: 'Cancel it', isBad: true, onSelect: () => acting.cancel(task) }] : [];
  const actions = [
    ...acts,
    { label: 'Open', onSelect: () => acting.open(task) },
    ...(thread_id ? [{ label: 'Open its thread', onSelect: () => go(`threads/${thread_id}`) }] : []),
    ...(agent_id ? [{ label: `Open ${names(agent_id)}`, onSelect: () => go(`fleet/${encodeURIComponent(agent_id)}`) }] : []),
  ];
  return (
    <Actions
      isOpen={acting.menu === task_id}
      onOpenChange={(isOpen) => acting.setMenu(isOpen ? task_id : undefined)}
      trigger={
        <IconButton label={`More for ${firstLine(task.title, 60)}`}>
          <Ellipsis {...icon} />
        </IconButton>
      }
      actions={actions}
    />
  );
}
