import clsx from 'clsx';
import { CircleCheckBig, ExternalLink, Hand, RotateCw, X } from 'lucide-react';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useKeys } from '../../app/keys.ts';
import { ProjectLink, textLink } from '../../app/link.tsx';
import { useMayAct } from '../../live/session.ts';
import type { Workflow, WorkflowStep } from '../../live/types.ts';
import { Ago, At, Left } from '../../parts/ago.tsx';
import { CodeBox, Said } from '../../parts/text/text.tsx';
import { clockSeconds, exact, precise } from '../../parts/times.ts';
import { usePerson } from '../../parts/people.ts';
import { Tile } from '../../parts/tile.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { icon } from '../../ui/icon.ts';
import { useExecutionActions } from '../acting.ts';
import { isOver, Mark, words, type Standing } from '../status.tsx';
import { useWorkflow } from '../use-executions.ts';
import { Who } from './step-node.tsx';

const CompleteDialog = lazy(() => import('./complete-dialog.tsx'));
const policies = { fail: 'stop the workflow', continue: 'go on without it', compensate: 'undo what was done' };

interface Props {
  step: WorkflowStep;
  steps: readonly WorkflowStep[];
  workflow: Workflow;
  standing: Standing;
  onClose: () => void;
}

/** A step: what it is, its attempts, what went in, and what came out. */
export function StepBeside({ step, steps, workflow, standing, onClose }: Props) {
  const { step: name, action, error, attempt, result, input, filled_input } = step;
  const tries = step.retries?.max === undefined ? 0 : step.retries.max + 1;
  const input_ = filled_input ?? input;
  return (
    <aside
      aria-label={`Step ${name}`}
      className="flex w-full shrink-0 flex-col overflow-hidden border-l bg-card lg:w-[336px] 2xl:w-[404px]"
    >
      <div className="flex min-h-11 items-center gap-2 border-b px-4">
        <Mark standing={standing} />
        <h2 className="said min-w-0 truncate font-semibold">{name}</h2>
        <span className={clsx('truncate text-xs', standing === 'failed' ? 'text-bad' : 'text-foreground-2')}>
          {words[standing]}
          {attempt > 0 && tries > 1 && `, attempt ${attempt} of ${Math.max(tries, attempt)}`}
        </span>
        <span className="flex-1" />
        <IconButton label="Close" onClick={onClose} className="-mr-1.5">
          <X {...icon} />
        </IconButton>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} role="region" aria-label={`About ${name}`}>
        <div className="border-b px-4 py-3">
          <Holder step={step} standing={standing} />
          {action && <Said text={action} className="mt-3" />}
          {error && (
            <div
              className={clsx(
                'mt-3 rounded-md border px-3 py-2',
                standing === 'failed' || standing === 'running' || standing === 'waits' ? 'border-bad-line bg-bad-soft' : 'bg-muted',
              )}
            >
              <Said text={error} className={standing === 'failed' ? 'text-bad' : ''} />
            </div>
          )}
          <Acts step={step} workflow={workflow} />
        </div>
        {step.attempts.length > 0 && <Attempts step={step} />}
        <Facts step={step} steps={steps} />
        {input_ !== null && input_ !== undefined && (
          <Json name={filled_input === null || filled_input === undefined ? 'Input, as planned' : 'Input'} value={input_} />
        )}
        {result !== null && result !== undefined && <Json name="Result" value={result} />}
      </div>
    </aside>
  );
}

function Holder({ step, standing }: { step: WorkflowStep; standing: Standing }) {
  const { agent_id, started_at, ended_at } = step;
  const person = usePerson(agent_id);
  if (!agent_id)
    return (
      <p className="flex items-center gap-1.5 text-foreground-2">
        <Who step={step} />
      </p>
    );
  const newest = step.attempts.at(-1)?.started_at ?? started_at;
  return (
    <div className="flex items-center gap-2.5">
      <Tile person={person} size={28} />
      <div className="min-w-0">
        <p className="said truncate font-medium">{person.name}</p>
        <p className="text-xs text-foreground-2">
          {standing === 'running' && newest ? (
            <>
              has had it for <Ago time={newest} />
            </>
          ) : ended_at ? (
            <>
              ended <Ago time={ended_at} isSentence />
            </>
          ) : standing === 'asks' ? (
            'was asked'
          ) : (
            'had it last'
          )}
        </p>
      </div>
    </div>
  );
}

function Acts({ step, workflow }: { step: WorkflowStep; workflow: Workflow }) {
  const mayAct = useMayAct();
  const { retry, isWaiting } = useExecutionActions();
  const [isCompleting, setCompleting] = useState(false);
  const hasFailed = step.status === 'failed' || step.status === 'cancelled';
  const mayRetry = mayAct && hasFailed && (workflow.status === 'failed' || workflow.status === 'cancelled');
  const mayComplete = mayAct && !isOver(workflow.status) && (step.status === 'assigned' || step.status === 'in_progress');
  useKeys(mayRetry ? { r: () => retry(workflow) } : {});
  return (
    <div className="flex flex-wrap gap-2 has-[*]:mt-3">
      {mayRetry && (
        <Button look="primary" icon={<RotateCw {...icon} />} keys="R" isWaiting={isWaiting} onClick={() => retry(workflow)}>
          Retry
        </Button>
      )}
      {step.question_id && (
        <ProjectLink
          to={`questions/${step.question_id}`}
          className="inline-flex h-7 items-center gap-1.5 rounded-md border border-person-line px-2.5 font-medium hover:bg-person-soft coarse:h-11"
        >
          <Hand {...icon} /> Its question
        </ProjectLink>
      )}
      {step.child_workflow_id && <Child id={step.child_workflow_id} />}
      {mayComplete && (
        <Button icon={<CircleCheckBig {...icon} />} onClick={() => setCompleting(true)}>
          Complete by hand
        </Button>
      )}
      <Suspense>{isCompleting && <CompleteDialog step={step} onClose={() => setCompleting(false)} />}</Suspense>
    </div>
  );
}

function Attempts({ step }: { step: WorkflowStep }) {
  const isOpen = !isOver(step.status) && step.status !== 'skipped';
  return (
    <section className="border-b px-4 py-3">
      <h3 className="mb-1.5 text-xs text-foreground-2">Attempts</h3>
      <ul className="space-y-1">
        {[...step.attempts].reverse().map((attempt, index) => {
          const at = Date.parse(attempt.started_at);
          const standing: Standing = attempt.error ? 'failed' : attempt.ended_at ? 'done' : isOpen && index === 0 ? 'running' : 'canceled';
          return (
            <li key={attempt.attempt} className="flex items-center gap-2 text-xs">
              <Mark standing={standing} label={words[standing]} size={14} />
              <span className="w-4 text-center">{attempt.attempt}</span>
              <time dateTime={attempt.started_at} title={exact(at)} className="font-mono text-2xs text-foreground-2">
                {clockSeconds(at)}
              </time>
              <span className="shrink-0">
                {attempt.ended_at ? precise(Date.parse(attempt.ended_at) - at) : <Ago time={attempt.started_at} />}
              </span>
              <span className="said min-w-0 flex-1 truncate text-right text-bad" title={attempt.error ?? undefined}>
                {attempt.error}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Facts({ step, steps }: { step: WorkflowStep; steps: readonly WorkflowStep[] }) {
  const holds = steps.filter(({ depends_on }) => depends_on.includes(step.step)).map((one) => one.step);
  const facts: [string, ReactNode][] = [];
  if (step.depends_on.length > 0)
    facts.push([
      'Needs',
      step.depends_on.map((name, index) => {
        const other = steps.find((one) => one.step === name);
        return (
          <span key={name}>
            {index > 0 && ', '}
            {name}{' '}
            <span className={other?.status === 'completed' ? 'text-good' : 'text-foreground-2'}>{other && statuses[other.status]}</span>
          </span>
        );
      }),
    ]);
  if (holds.length > 0) facts.push(['Holds up', holds.join(', ')]);
  if (step.when.length > 0)
    facts.push([
      'Only if',
      step.when
        .map(
          ({ step: of, pointer, op, value }) =>
            `${of ?? 'input'}${pointer ?? ''} ${op ?? 'eq'} ${value === undefined || value === null ? '' : JSON.stringify(value)}`,
        )
        .join(' and '),
    ]);
  facts.push(['If it fails', policies[step.on_failure]]);
  if (step.retries?.max) facts.push(['Retries left', String(step.retries_left)]);
  if (step.retry_at) facts.push(['Tries again', <At key="retry" time={step.retry_at} />]);
  if (step.timeout_at && !step.ended_at) facts.push(['Time', <Left key="left" time={step.timeout_at} />]);
  if (step.undoes) facts.push(['Undoes', step.undoes]);
  facts.push(['Fence', String(step.fence)]);
  return (
    <dl className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-y-1.5 border-b px-4 py-3 text-xs">
      {facts.map(([name, value]) => (
        <div key={name} className="col-span-2 grid grid-cols-subgrid">
          <dt className="text-foreground-2">{name}</dt>
          <dd className="said">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const statuses: Record<WorkflowStep['status'], string> = {
  waiting: 'waits',
  assigned: 'handed out',
  in_progress: 'running',
  completed: 'done',
  failed: 'failed',
  skipped: 'skipped',
  cancelled: 'canceled',
};

function Child({ id }: { id: string }) {
  const { data } = useWorkflow(id);
  if (!data?.execution_id) return null;
  return (
    <ProjectLink to={`executions/${data.execution_id}/graph`} className={clsx(textLink, 'inline-flex h-7 items-center gap-1.5')}>
      Its workflow <ExternalLink {...icon} size={14} />
    </ProjectLink>
  );
}

function Json({ name, value }: { name: string; value: unknown }) {
  return (
    <section className="px-4 py-3">
      <h3 className="mb-1.5 text-xs text-foreground-2">{name}</h3>
      {typeof value === 'string' ? <Said text={value} /> : <CodeBox text={JSON.stringify(value, null, 2)} label={name} />}
    </section>
  );
}
