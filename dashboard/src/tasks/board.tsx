import clsx from 'clsx';
import { Plus } from 'lucide-react';
import { createPortal } from 'react-dom';
import type { AgentTask } from '../live/types.ts';
import { useNames } from '../parts/people.ts';
import { TaskStatus, taskStatuses } from '../parts/task-status.tsx';
import { firstLine } from '../parts/text/parse.ts';
import { IconButton } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { AgentName, Card, Due, type Acting } from './card.tsx';
import { useDrag, type Drag } from './drag.ts';
import { columns, verdictOf, type Column } from './verdicts.ts';

const hints: Partial<Record<AgentTask['status'], string>> = {
  pending: 'nobody has it yet',
  assigned: 'not begun',
  completed: 'today',
  failed: 'today',
  cancelled: 'today',
};

interface Props {
  tasks: readonly AgentTask[];
  marked: string | undefined;
  acting: Acting;
  mayAct: boolean;
  withCanceled: boolean;
  onAdd: () => void;
}

/** The work, in columns from waiting to ended. A card is carried to where it shall go. */
export function Board({ tasks, marked, acting, mayAct, withCanceled, onAdd }: Props) {
  const { drag, ghost, take } = useDrag((task, column) => task.status !== column && acting.move(task, column));
  const own: Acting = mayAct ? { ...acting, take } : acting;
  const shown = withCanceled ? [...columns, 'cancelled' as const] : columns;
  return (
    <>
      <div
        className={clsx(
          'grid min-h-full gap-4 max-lg:grid-cols-1',
          withCanceled ? 'lg:min-w-[72rem] lg:grid-cols-6' : 'lg:min-w-[60rem] lg:grid-cols-5',
        )}
      >
        {shown.map((status) => (
          <section key={status} data-column={status} aria-label={taskStatuses[status].word}>
            <h2 className="mb-2 flex h-7 items-center gap-2">
              <TaskStatus status={status} isIconOnly />
              <span aria-hidden="true" className="font-medium">
                {taskStatuses[status].word}
              </span>
              <span className="text-foreground-2">{tasks.filter((task) => task.status === status).length}</span>
              <span className="min-w-0 flex-1 truncate text-xs font-normal text-foreground-2">{hints[status]}</span>
              {status === 'pending' && mayAct && (
                <IconButton label="New task" onClick={onAdd}>
                  <Plus {...icon} />
                </IconButton>
              )}
            </h2>
            {drag && status !== 'cancelled' && <Hint drag={drag} column={status} />}
            <ul className="space-y-2">
              {tasks
                .filter((task) => task.status === status)
                .map((task) =>
                  drag?.task.task_id === task.task_id ? (
                    <li key={task.task_id} className="h-[74px] rounded-lg border border-dashed border-control" />
                  ) : (
                    <Card key={task.task_id} task={task} acting={own} isMarked={task.task_id === marked} />
                  ),
                )}
            </ul>
          </section>
        ))}
      </div>
      {drag &&
        createPortal(
          <div
            ref={ghost}
            aria-hidden="true"
            className="pointer-events-none fixed left-0 top-0 z-50 rounded-lg border border-accent bg-popover px-3 py-2 shadow-float"
            style={{ width: drag.width, transform: drag.transform }}
          >
            <p className="said font-medium">{firstLine(drag.task.title, 160)}</p>
            <div className="mt-1.5 flex min-h-5 items-center gap-2 text-xs text-foreground-2">
              {drag.task.agent_id && <AgentName id={drag.task.agent_id} />}
              <span className="flex-1" />
              <Due task={drag.task} />
            </div>
          </div>,
          document.body,
        )}
    </>
  );
}

/** What would happen to the carried card here, or why nothing can. */
function Hint({ drag, column }: { drag: Drag; column: Column }) {
  const names = useNames();
  const verdict = verdictOf(drag.task, column, names);
  if (!verdict) return null;
  const isOver = drag.over === column;
  return (
    <p
      data-hint
      className={clsx(
        'mb-2 flex min-h-12 items-center justify-center rounded-lg border border-dashed px-3 py-1 text-center',
        verdict.move === null && 'border-border-strong text-foreground-2',
        verdict.move !== null && 'border-accent-line text-accent',
        verdict.move !== null && isOver && 'border-accent bg-accent-soft',
        verdict.move === null && isOver && 'bg-muted',
      )}
    >
      {verdict.text}
    </p>
  );
}
