import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ProjectLink, textLink } from '../app/link.tsx';
import { useLive } from '../live/live.ts';
import { useThing } from '../live/store.ts';
import type { Message, ThreadSummary } from '../live/types.ts';
import { textOf } from '../messages/log-row.tsx';
import { Ago } from '../parts/ago.tsx';
import { useOpenQuestions, useStates } from '../parts/attention.ts';
import { usePerson, useSender } from '../parts/people.ts';
import { StateSign } from '../parts/signs.tsx';
import { Tile } from '../parts/tile.tsx';
import { QuestionCard } from '../questions/question-card.tsx';

interface Props {
  id: string;
  messages: readonly Message[];
  head: ThreadSummary | undefined;
}

/** What a thread is about, beside it on a wide window. */
export function About(props: Props) {
  return (
    <aside
      aria-label="About this thread"
      className="hidden w-[292px] shrink-0 overflow-y-auto border-l bg-background p-4 xl:block"
      tabIndex={0}
    >
      <AboutThread {...props} />
    </aside>
  );
}

/** What is open in a thread, who takes part, and what it belongs to. */
export function AboutThread({ id, messages, head }: Props) {
  const { parley, project } = useLive();
  const questions = useOpenQuestions().filter(({ thread_id }) => thread_id === id);
  const counts = useMemo(() => {
    const said = new Map<string, number>();
    for (const { sender_id } of messages) said.set(sender_id, (said.get(sender_id) ?? 0) + 1);
    for (const who of head?.participants ?? []) if (!said.has(who)) said.set(who, 0);
    said.delete('parley');
    return [...said].sort((a, b) => b[1] - a[1]);
  }, [messages, head]);
  const unanswered = useMemo(() => {
    const answered = new Set(messages.map(({ reply_to }) => reply_to));
    const asked = (message: Message) => message.intent === 'request' && message.to !== 'human' && !answered.has(message.message_id);
    return messages
      .filter((message) => asked(message) && ['question', 'request', 'code_review_request'].includes(message.message_type))
      .slice(-4);
  }, [messages]);
  const executionId = messages.findLast(({ execution_id }) => execution_id !== null)?.execution_id;
  const execution = useQuery({
    queryKey: ['execution', project, executionId],
    queryFn: () => parley.rest.get('/executions/{id}', { path: { id: executionId! } }),
    enabled: !!executionId,
    refetchInterval: 15_000,
  });
  const taskId = messages.findLast(({ task_id }) => task_id !== null)?.task_id;
  const task = useQuery({
    queryKey: ['task', project, taskId],
    queryFn: () => parley.rest.get('/tasks/{task_id}', { path: { task_id: taskId! } }),
    enabled: !!taskId,
  });
  return (
    <>
      {(questions.length > 0 || unanswered.length > 0) && (
        <>
          <h2 className="mb-2 text-xs">Open here</h2>
          <div className="mb-5 space-y-2">
            {questions.map((question) => (
              <QuestionCard key={question.question_id} question={question} />
            ))}
            {unanswered.map((message) => (
              <Unanswered key={message.message_id} message={message} />
            ))}
          </div>
        </>
      )}
      <h2 className="mb-1 text-xs">People and agents</h2>
      <ul className="mb-5">
        {counts.slice(0, 30).map(([who, count]) => (
          <Participant key={who} id={who} count={count} />
        ))}
      </ul>
      {(execution.data || task.data) && (
        <>
          <h2 className="mb-2 text-xs">Belongs to</h2>
          <dl className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-y-2 text-xs">
            {execution.data && (
              <>
                <dt className="text-foreground-2">Execution</dt>
                <dd className="said">
                  {execution.data.title}
                  <span className="mt-1 flex items-center gap-2">
                    <span className="h-1 flex-1 overflow-hidden rounded-full bg-secondary">
                      <span className="block h-full bg-busy-solid" style={{ width: `${execution.data.progress}%` }} />
                    </span>
                    {execution.data.progress}&nbsp;%
                  </span>
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
          </dl>
        </>
      )}
    </>
  );
}

function Unanswered({ message }: { message: Message }) {
  const sender = useSender(message);
  return (
    <div className="rounded-lg border bg-card px-3 py-2">
      <p className="flex items-center gap-1.5 text-xs">
        <Tile person={sender} size={18} />
        <span className="said truncate">{sender.name}</span>
        <span className="flex-1" />
        <span className="text-foreground-2">
          unanswered <Ago time={message.timestamp} />
        </span>
      </p>
      <p className="said lines-2 mt-1" dir="auto">
        {textOf(message)}
      </p>
    </div>
  );
}

function Participant({ id, count }: { id: string; count: number }) {
  const { agents } = useLive();
  const agent = useThing(agents, id);
  const person = usePerson(id);
  const stateOf = useStates();
  const state = agent && agent.type !== 'human' ? stateOf(agent) : undefined;
  const face = (
    <>
      <Tile person={person} size={18} />
      <span className="said truncate">{person.name}</span>
      <span className="text-xs text-foreground-2">{count}</span>
      <span className="flex-1" />
      {state && (
        <span className="flex gap-1 text-xs">
          <StateSign name={state.name} withoutIcon />
          <Ago time={state.since} className="text-foreground-2" />
        </span>
      )}
    </>
  );
  return (
    <li>
      {agent ? (
        <ProjectLink to={`fleet/${encodeURIComponent(id)}`} className="flex h-7 items-center gap-2 rounded-sm hover:bg-muted">
          {face}
        </ProjectLink>
      ) : (
        <span className="flex h-7 items-center gap-2">{face}</span>
      )}
    </li>
  );
}
