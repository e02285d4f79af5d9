import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { ProjectLink, textLink } from '../app/link.tsx';
import { useNow } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { useThing } from '../live/store.ts';
import type { Question } from '../live/types.ts';
import { Ago } from '../parts/ago.tsx';
import { useNames, usePerson } from '../parts/people.ts';
import { firstLine } from '../parts/text/parse.ts';
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
        {agent?.note && (
          <span className="block truncate text-xs text-foreground-2" title={agent.note}>
            {firstLine(agent.note, 120)}
          </span>
        )}
      </span>
      <span className="flex-1" />
      <span className="text-xs text-foreground-2">{agent?.status === 'offline' ? 'away' : ''}</span>
    </li>
  );
}

/** What happened and will happen, in order of time. */
export function stepsOf(question: Question, now: number, names: (id: string) => string): { at: string; words: string }[] {
  const { created_at, reminders, deadline, options, status } = question;
  const fallback = options.find(({ value }) => value === question.default)?.label ?? question.default;
  const asked = new Set(['human']);
  const wordsOf = (to: string, sent: boolean): string => {
    const isAgain = asked.has(to);
    asked.add(to);
    if (to === 'human') return sent ? 'Asked again' : 'You are asked again';
    return `${names(to)} ${sent ? 'was' : 'is'} asked ${isAgain ? 'again' : 'too'}`;
  };
  return [
    { at: created_at, words: 'You were asked' },
    ...reminders
      .filter(({ at, sent }) => sent || (status === 'open' && Date.parse(at) > now))
      .map(({ at, to, sent }) => ({ at, words: wordsOf(to, sent) })),
    ...(deadline && (status === 'open' || status === 'defaulted')
      ? [{ at: deadline, words: fallback ? `Taken as “${fallback}”` : 'It ends without an answer' }]
      : []),
  ];
}

/** When who is asked again, and what counts in the end. */
function Ladder({ question }: { question: Question }) {
  const names = useNames();
  const now = useNow();
  const { deadline, status } = question;
  const steps = stepsOf(question, now, names);
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
  const thread = useQuery({
    queryKey: ['thread-head', project, thread_id],
    queryFn: () => parley.rest.get('/threads/{thread_id}', { path: { thread_id: thread_id! }, query: { limit: 1 } as never }),
    enabled: thread_id !== null,
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
            <dd className="said">
              <ProjectLink to={`threads/${thread_id}`} className={textLink}>
                {thread.data?.title ? firstLine(thread.data.title, 80) : 'Read it'}
              </ProjectLink>
            </dd>
          </>
        )}
        {task.data && (
          <>
            <dt className="text-foreground-2">Task</dt>
            <dd className="said">
              <ProjectLink to="tasks" query={{ t: task.data.task_id }} className={textLink}>
                {task.data.title}
              </ProjectLink>
            </dd>
          </>
        )}
        {execution.data && (
          <>
            <dt className="text-foreground-2">Execution</dt>
            <dd className="said">
              <ProjectLink to={`executions/${execution.data.execution_id}`} className={textLink}>
                {execution.data.title}
              </ProjectLink>
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}
