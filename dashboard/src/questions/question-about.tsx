import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { ProjectLink, textLink } from '../app/link.tsx';
import { useNow } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { useThing } from '../live/store.ts';
import type { Question } from '../live/types.ts';
import { Ago } from '../parts/ago.tsx';
import { useNames, usePerson } from '../parts/people.ts';
import { Tile } from '../parts/tile.tsx';
import { moment } from '../parts/times.ts';

/** Beside a question: who waits, what happens if nobody answers, and where it belongs. */
export function QuestionAbout({ question }: { question: Question }) {
  const waiting = question.agent_id === null ? [] : [question.agent_id];
  return (
    <aside
      aria-label="About this question"
      tabIndex={0}
      className="hidden w-[276px] shrink-0 space-y-5 overflow-y-auto border-l bg-background p-4 xl:block"
    >
      {question.status === 'open' && waiting.length > 0 && (
        <section>
          <h2 className="mb-1 text-xs">Waits for it</h2>
          <ul>
            {waiting.map((id) => (
              <Waiting key={id} id={id} since={question.created_at} />
            ))}
          </ul>
        </section>
      )}
      <Ladder question={question} />
      <Belongs question={question} />
    </aside>
  );
}

function Waiting({ id, since }: { id: string; since: string }) {
  const { agents } = useLive();
  const person = usePerson(id);
  const agent = useThing(agents, id);
  return (
    <li className="flex items-center gap-2.5 py-1">
      <Tile person={person} size={20} />
      <span className="said min-w-0 truncate">
        <span className="font-medium">{person.name}</span> <Ago time={since} className="text-foreground-2" />
      </span>
      <span className="flex-1" />
      <span className="text-xs text-foreground-2">{agent?.status === 'offline' ? 'away' : ''}</span>
    </li>
  );
}

/** When who is asked again, and what counts in the end. */
function Ladder({ question }: { question: Question }) {
  const names = useNames();
  const now = useNow();
  const { created_at, reminders, deadline, options, status } = question;
  const fallback = options.find(({ value }) => value === question.default)?.label ?? question.default;
  const steps: { at: string; words: string }[] = [
    { at: created_at, words: 'You were asked' },
    ...reminders
      .filter(({ at, sent }) => sent || (status === 'open' && Date.parse(at) > now))
      .map(({ at, to, sent }) => ({
        at,
        words: to === 'human' ? (sent ? 'Asked again' : 'You are asked again') : `${names(to)} ${sent ? 'was' : 'is'} asked too`,
      })),
    ...(deadline && (status === 'open' || status === 'defaulted')
      ? [{ at: deadline, words: fallback ? `Taken as “${fallback}”` : 'It ends without an answer' }]
      : []),
  ];
  return (
    <section>
      <h2 className="mb-1 text-xs">If nobody answers</h2>
      <ol>
        {steps.map(({ at, words }) => {
          const isPast = Date.parse(at) <= now;
          return (
            <li key={at + words} className={clsx('flex gap-3 py-0.5', isPast && 'text-foreground-2')}>
              <time dateTime={at} className="shrink-0 text-xs/5 text-foreground-2">
                {moment(Date.parse(at), now)}
              </time>
              <span className="said">{words}</span>
            </li>
          );
        })}
        {!deadline && status === 'open' && <li className="text-foreground-2">It waits until somebody does.</li>}
      </ol>
    </section>
  );
}

function Belongs({ question }: { question: Question }) {
  const { parley, project } = useLive();
  const { task_id, execution_id, thread_id } = question;
  const task = useQuery({
    queryKey: ['task', project, task_id],
    queryFn: () => parley.rest.get('/tasks/{task_id}', { path: { task_id: task_id! } }),
    enabled: task_id !== null,
  });
  const execution = useQuery({
    queryKey: ['execution', project, execution_id],
    queryFn: () => parley.rest.get('/executions/{id}', { path: { id: execution_id! } }),
    enabled: execution_id !== null,
  });
  return (
    <section>
      <h2 className="mb-1 text-xs">Belongs to</h2>
      <dl className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-y-1.5 text-xs">
        {thread_id && (
          <>
            <dt className="text-foreground-2">Thread</dt>
            <dd>
              <ProjectLink to={`threads/${thread_id}`} className={textLink}>
                Read it
              </ProjectLink>
            </dd>
          </>
        )}
        {task.data && (
          <>
            <dt className="text-foreground-2">Task</dt>
            <dd className="said">{task.data.title}</dd>
          </>
        )}
        {execution.data && (
          <>
            <dt className="text-foreground-2">Execution</dt>
            <dd className="said">{execution.data.title}</dd>
          </>
        )}
      </dl>
    </section>
  );
}
