import clsx from 'clsx';
import { List, Plus, SquareKanban } from 'lucide-react';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { PageHead } from '../app/page.tsx';
import { useAddressQuery } from '../app/query.ts';
import type { Query } from '../app/router.tsx';
import { useMayAct } from '../live/session.ts';
import type { AgentTask } from '../live/types.ts';
import { useNames } from '../parts/people.ts';
import { number } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { Command, Empty } from '../ui/empty.tsx';
import { icon, smallIcon } from '../ui/icon.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { say } from '../ui/toast.tsx';
import { Board } from './board.tsx';
import type { Acting } from './card.tsx';
import { Filters } from './filters.tsx';
import type { Asked } from './move-dialogs.tsx';
import { TaskList } from './list.tsx';
import { useMoves } from './moves.ts';
import { useTaskKeys } from './use-task-keys.ts';
import { useAsks, useTasks } from './use-tasks.ts';
import { verdictOf, type Column } from './verdicts.ts';

const NewTask = lazy(() => import('./new-task.tsx'));
const MoveDialog = lazy(() => import('./move-dialogs.tsx'));
const TaskBeside = lazy(() => import('./task-beside.tsx'));

/** The work, in columns from waiting to done. */
export default function TasksPage() {
  const [query, change] = useAddressQuery();
  const { shown, counts, data, error, refetch, isPending } = useTasks(query);
  const mayAct = useMayAct();
  const names = useNames();
  const moves = useMoves();
  const asks = useAsks();
  const [isAdding, setAdding] = useState(false);
  const [asked, setAsked] = useState<{ task: AgentTask; asked: Asked }>();
  const [menu, setMenu] = useState<string>();
  const isList = query['view'] === 'list';
  const withCanceled = query['canceled'] === 'show';
  const opened = query['t'];

  const move = useCallback(
    (task: AgentTask, column: Column) => {
      const verdict = verdictOf(task, column, names) ?? {
        move: column === 'assigned' ? ('assign' as const) : null,
        text: 'It is there already',
      };
      if (verdict.move === null) say({ text: verdict.text, isBad: true });
      else if (verdict.move === 'take_back') moves.takeBack(task);
      else setAsked({ task, asked: verdict.move });
    },
    [moves, names],
  );
  const close = () => {
    change({ t: undefined });
    requestAnimationFrame(() => document.getElementById(`task-${opened}`)?.focus());
  };
  const acting: Acting = useMemo(
    () => ({
      open: ({ task_id }) => change({ t: task_id }),
      move,
      cancel: (task) => setAsked({ task, asked: 'cancel' }),
      menu,
      setMenu,
      asks,
      waiting: moves.waiting,
    }),
    [change, move, menu, asks, moves.waiting],
  );
  useTaskKeys({ shown, isList, mayAct, acting, add: () => setAdding(true), close: opened ? close : undefined });

  return (
    <>
      <PageHead name="Tasks" count={data && `${number(counts.open)} open, ${number(counts.done)} done today`}>
        <Ways isList={isList} onChange={(list) => change({ view: list ? 'list' : undefined })} />
        {mayAct && (
          <Button look="primary" keys="N" icon={<Plus {...icon} />} onClick={() => setAdding(true)}>
            New task
          </Button>
        )}
      </PageHead>
      <Filters query={query} change={change} counts={counts} mayAct={mayAct} />
      <div className="flex min-h-0 flex-1">
        <main
          id="main"
          className={clsx('relative min-h-0 min-w-0 flex-1 overflow-auto', isList ? 'bg-card' : 'p-4', opened && 'max-lg:hidden')}
          tabIndex={0}
          aria-label={isList ? 'List' : 'Board'}
        >
          {error && <Problem error={error} onRetry={() => void refetch()} />}
          {isPending && <Skeleton />}
          {data && counts.all === 0 && (
            <Empty icon={<SquareKanban {...icon} size={24} />} title="No task yet">
              A task is a piece of work that one agent has at a time.
              <Command>{'parley tasks create "Build POST /login" --agent AGENT'}</Command>
            </Empty>
          )}
          {counts.all > 0 && shown.length === 0 && <NoMatch query={query} onClear={() => change(noFilter)} />}
          {shown.length > 0 && isList && <TaskList tasks={shown} marked={opened} acting={acting} />}
          {shown.length > 0 && !isList && (
            <Board
              tasks={shown}
              marked={opened}
              acting={acting}
              mayAct={mayAct}
              withCanceled={withCanceled}
              onAdd={() => setAdding(true)}
            />
          )}
        </main>
        <Suspense>
          {opened && <TaskBeside id={opened} known={data?.find(({ task_id }) => task_id === opened)} acting={acting} onClose={close} />}
        </Suspense>
      </div>
      <Suspense>
        {isAdding && <NewTask onClose={() => setAdding(false)} />}
        {asked && <MoveDialog {...asked} moves={moves} onClose={() => setAsked(undefined)} />}
      </Suspense>
    </>
  );
}

const noFilter: Query = { q: undefined, only: undefined, overdue: undefined, agent: undefined, execution: undefined };

/** What filter leaves nothing, and how to see all. */
function NoMatch({ query, onClear }: { query: Query; onClear: () => void }) {
  const hasFilter = Object.keys(noFilter).some((key) => query[key]);
  return (
    <Empty
      icon={<SquareKanban {...icon} size={24} />}
      title={query['q'] ? `No task says “${query['q']}”` : hasFilter ? 'No task matches' : 'Nothing to do, and nothing ended today'}
      action={hasFilter && <Button onClick={onClear}>Show all</Button>}
    />
  );
}

function Ways({ isList, onChange }: { isList: boolean; onChange: (isList: boolean) => void }) {
  const way = (name: string, Icon: typeof List, isOn: boolean, toList: boolean) => (
    <button
      type="button"
      aria-label={name}
      title={name}
      aria-pressed={isOn}
      onClick={() => onChange(toList)}
      className={clsx(
        'inline-flex h-6 w-8 items-center justify-center rounded-sm coarse:h-9 coarse:w-11',
        isOn ? 'bg-card' : 'text-foreground-2 hover:text-foreground',
      )}
    >
      <Icon {...smallIcon} />
    </button>
  );
  return (
    <div role="group" aria-label="View" className="flex rounded-md border bg-secondary p-px">
      {way('Board', SquareKanban, !isList, false)}
      {way('List', List, isList, true)}
    </div>
  );
}
