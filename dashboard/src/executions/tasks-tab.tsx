import { SquareKanban } from 'lucide-react';
import { ProjectLink } from '../app/link.tsx';
import type { AgentTask, Execution } from '../live/types.ts';
import { At, Left } from '../parts/ago.tsx';
import { usePerson } from '../parts/people.ts';
import { TaskStatus } from '../parts/task-status.tsx';
import { firstLine } from '../parts/text/parse.ts';
import { Tile } from '../parts/tile.tsx';
import { plural } from '../parts/times.ts';
import { Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useInvolved, useTasksOf } from './use-involved.ts';

/** The tasks of an execution. A task does not name one: its messages do. */
export default function TasksTab({ execution }: { execution: Execution }) {
  const { execution_id } = execution;
  const involved = useInvolved(execution_id);
  const { data, error, refetch } = useTasksOf(execution_id, involved.data);
  const problem = error ?? involved.error;
  return (
    <main id="main" className="min-h-0 flex-1 overflow-y-auto bg-card" tabIndex={0} aria-label="Tasks">
      {problem && <Problem error={problem} onRetry={() => void (involved.error ? involved.refetch() : refetch())} />}
      {!problem && !data && <Skeleton />}
      {data?.length === 0 && (
        <Empty icon={<SquareKanban {...icon} size={24} />} title="No task belongs to this execution">
          A task belongs to it if a message of the execution names the task, or if both share a thread.
        </Empty>
      )}
      {data && data.length > 0 && (
        <>
          <p className="border-b px-4 py-1.5 text-xs text-foreground-2">
            {plural(data.length, 'task')} that its messages name, or that share a thread with it
            {involved.data?.isPart && '; only its newest 5,000 messages were looked at'}
          </p>
          <ul>
            {data.map((task) => (
              <Row key={task.task_id} task={task} />
            ))}
          </ul>
        </>
      )}
    </main>
  );
}

function Row({ task }: { task: AgentTask }) {
  const { task_id, title, status, agent_id, completed_at, due_date, overdue, error } = task;
  return (
    <li className="flex min-h-[46px] items-center gap-3 border-b px-4 py-1.5">
      <TaskStatus status={status} isIconOnly />
      <span className="min-w-0 flex-1">
        <ProjectLink to="tasks" query={{ t: task_id }} className="said block truncate hover:underline">
          {firstLine(title, 160)}
        </ProjectLink>
        {error && <span className="said block truncate text-xs text-bad">{firstLine(error, 160)}</span>}
      </span>
      {agent_id && <Agent id={agent_id} />}
      <span className={overdue ? 'w-20 text-right text-xs text-bad' : 'w-20 text-right text-xs text-foreground-2'}>
        {completed_at ? <At time={completed_at} /> : due_date && <Left time={due_date} />}
      </span>
    </li>
  );
}

function Agent({ id }: { id: string }) {
  const person = usePerson(id);
  return (
    <span className="flex min-w-0 max-w-40 items-center gap-1.5 text-xs">
      <Tile person={person} size={18} />
      <span className="said truncate max-sm:sr-only">{person.name}</span>
    </span>
  );
}
