import { useParams } from '@tanstack/react-router';
import { Ban, ChevronRight, Play, RotateCw } from 'lucide-react';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { ProjectLink, textLink } from '../app/link.tsx';
import { PageHead, Views } from '../app/page.tsx';
import { useNow } from '../live/clock.ts';
import { useMayAct } from '../live/session.ts';
import { useCell } from '../live/store.ts';
import type { Execution, Workflow } from '../live/types.ts';
import { firstLine } from '../parts/text/parse.ts';
import { span } from '../parts/times.ts';
import type { Player } from '../replay/player.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useExecutionActions } from './acting.ts';
import { executionStatuses, isOver, StandingSign } from './status.tsx';
import { useExecution, useWorkflow } from './use-executions.ts';

const Replay = lazy(() => import('../replay/replay.tsx').then(({ Replay }) => ({ default: Replay })));
const MomentButtons = lazy(() => import('../replay/moment-bar.tsx').then(({ MomentButtons }) => ({ default: MomentButtons })));
const Graph = lazy(() => import('./graph/graph.tsx'));
const LogTab = lazy(() => import('./log-tab.tsx'));
const TasksTab = lazy(() => import('./tasks-tab.tsx'));
const MemoryTab = lazy(() => import('./memory-tab.tsx'));
const CancelDialog = lazy(() => import('./cancel-dialog.tsx'));

const tabs = { replay: 'Replay', graph: 'Graph', log: 'Log', tasks: 'Tasks', memory: 'Memory' } as const;
type Tab = keyof typeof tabs;

/** One run of a piece of work, seen from five sides. */
export default function ExecutionPage() {
  const { id, tab } = useParams({ strict: false }) as { id: string; tab?: string };
  const { data: execution, error, refetch } = useExecution(id);
  const { data: workflow, error: gone } = useWorkflow(execution?.workflow_id);
  const shown = (tab && tab in tabs ? tab : 'replay') as Tab;
  if (!execution)
    return (
      <>
        <PageHead name="Execution" back="executions" />
        <main id="main" className="min-h-0 flex-1 bg-card">
          {error ? (
            <>
              <Problem error={error} onRetry={() => void refetch()} />
              <p className="px-4">
                <ProjectLink to="executions" className={textLink}>
                  All executions
                </ProjectLink>
              </p>
            </>
          ) : (
            <Skeleton />
          )}
        </main>
      </>
    );
  const views = (Object.keys(tabs) as Tab[]).map((key) => ({
    name: tabs[key],
    to: `executions/${encodeURIComponent(id)}/${key}`,
    isCurrent: key === shown,
  }));
  const head = (acts: ReactNode) => (
    <PageHead
      name={<Title execution={execution} />}
      count={<Standing execution={execution} workflow={workflow} />}
      back="executions"
      views={<Views views={views} />}
    >
      {acts}
    </PageHead>
  );
  const acts = <Acts execution={execution} workflow={workflow} />;
  const waiting = (
    <>
      {head(null)}
      <main id="main" className="min-h-0 flex-1 bg-card" />
    </>
  );
  if (shown === 'replay')
    return (
      <Suspense fallback={waiting}>
        <Replay
          key={id}
          part={{ execution: id }}
          begunAt={Date.parse(execution.created_at)}
          endedAt={execution.ended_at ? Date.parse(execution.ended_at) : null}
          head={(player) =>
            head(
              <>
                <PresentOnly player={player}>
                  <span className="contents max-md:hidden">{acts}</span>
                </PresentOnly>
                <MomentButtons player={player} />
              </>,
            )
          }
        />
      </Suspense>
    );
  return (
    <>
      {head(acts)}
      <Suspense fallback={<main id="main" className="min-h-0 flex-1 bg-card" />}>
        {shown === 'log' && <LogTab key={id} id={id} />}
        {shown === 'tasks' && <TasksTab key={id} execution={execution} />}
        {shown === 'memory' && <MemoryTab key={id} execution={execution} />}
        {shown === 'graph' &&
          (workflow ? (
            <Graph key={workflow.workflow_id} workflow={workflow} />
          ) : (
            <main id="main" className="min-h-0 flex-1 bg-card">
              {gone ? <Problem error={gone} /> : execution.workflow_id ? <Skeleton /> : <NoGraph id={id} />}
            </main>
          ))}
      </Suspense>
    </>
  );
}

/** Whoever looks at the past cannot act. */
function PresentOnly({ player, children }: { player: Player; children: ReactNode }) {
  return useCell(player.place) === null ? children : null;
}

function Title({ execution }: { execution: Execution }) {
  return (
    <span className="flex min-w-0 items-center gap-2">
      <span className="contents max-lg:hidden">
        <ProjectLink to="executions" className="font-normal text-foreground-2 hover:text-foreground">
          Executions
        </ProjectLink>
        <ChevronRight {...icon} size={14} className="shrink-0 text-foreground-3" />
      </span>
      <span className="said truncate">{firstLine(execution.title ?? 'Without a title', 120)}</span>
    </span>
  );
}

function Standing({ execution, workflow }: { execution: Execution; workflow: Workflow | undefined }) {
  const { status, progress, created_at, ended_at } = execution;
  const now = useNow();
  const { standing, word } = executionStatuses[status];
  const age = span((ended_at ? Date.parse(ended_at) : now) - Date.parse(created_at));
  const { done = 0, total = 0 } = workflow?.progress ?? {};
  return (
    <span className="flex items-center gap-2">
      <StandingSign standing={standing} word={word} />
      <span>
        {workflow ? `${done} of ${total} steps` : `${progress} %`}, {age}
      </span>
    </span>
  );
}

function Acts({ execution, workflow }: { execution: Execution; workflow: Workflow | undefined }) {
  const mayAct = useMayAct();
  const { retry, isWaiting } = useExecutionActions();
  const [isAsking, setAsking] = useState(false);
  if (!mayAct) return null;
  // A workflow that was run again has a newer execution: this one is history.
  const isCurrent = !workflow || workflow.execution_id === execution.execution_id;
  const mayRetry = workflow && isCurrent && (workflow.status === 'failed' || workflow.status === 'cancelled');
  return (
    <>
      {!isOver(execution.status) && (
        <Button icon={<Ban {...icon} />} onClick={() => setAsking(true)}>
          Cancel
        </Button>
      )}
      {mayRetry && (
        <Button look="primary" icon={<RotateCw {...icon} />} isWaiting={isWaiting} onClick={() => retry(workflow)}>
          {workflow.status === 'failed' ? 'Retry from the failed step' : 'Run the rest'}
        </Button>
      )}
      <Suspense>{isAsking && <CancelDialog execution={execution} workflow={workflow} onClose={() => setAsking(false)} />}</Suspense>
    </>
  );
}

function NoGraph({ id }: { id: string }) {
  return (
    <Empty
      icon={<Play {...icon} size={24} />}
      title="This execution has no plan"
      action={
        <ProjectLink to={`executions/${encodeURIComponent(id)}/log`} className={textLink}>
          Open its log
        </ProjectLink>
      }
    >
      Only runs of workflows are made of steps. Agents began this one themselves and say in its log how far they are.
    </Empty>
  );
}
