import { CalendarClock, CloudOff, MailX, RotateCw, Tornado, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useGo } from '../app/query.ts';
import { composing } from '../app/frame-keys.tsx';
import { useDeadLetterActions } from '../dead-letters/acting.ts';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import { useThing } from '../live/store.ts';
import { Ago } from '../parts/ago.tsx';
import { usePerson } from '../parts/people.ts';
import { firstLine } from '../parts/text/parse.ts';
import { Tile } from '../parts/tile.tsx';
import { plural, span } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import type { Problem } from './problems.ts';

/** One problem in one sentence, its evidence, and the one action that helps. */
export function ProblemItem({ problem }: { problem: Problem }) {
  switch (problem.kind) {
    case 'storm':
      return <StormItem problem={problem} />;
    case 'dead':
      return <DeadItem problem={problem} />;
    case 'error':
      return (
        <Item
          icon={<TriangleAlert {...icon} className="text-bad" />}
          since={problem.since}
          sentence={
            <>
              <Who id={problem.agent.agent_id} /> reports an error
            </>
          }
          evidence={`${plural(problem.agent.mailbox.queued ?? 0, 'message')} in its mailbox. ${problem.agent.status === 'offline' ? 'It is away.' : ''}`}
          action={<MessageButton id={problem.agent.agent_id} />}
        />
      );
    case 'overdue':
      return <OverdueItem problem={problem} />;
    case 'mailbox':
      return (
        <Item
          icon={<CloudOff {...icon} className="text-foreground-2" />}
          since={problem.since}
          sentence={
            <>
              {plural(problem.agent.mailbox.queued ?? 0, 'message waits', 'messages wait')} for <Who id={problem.agent.agent_id} />, who is
              away
            </>
          }
          evidence={problem.agent.last_seen ? 'They stay until it is back, or until they expire.' : 'It has never connected.'}
          action={<Go to={`fleet/${encodeURIComponent(problem.agent.agent_id)}`}>Open mailbox</Go>}
        />
      );
  }
}

function Item(props: { icon: ReactNode; since: string | null; sentence: ReactNode; evidence: ReactNode; action: ReactNode }) {
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-2 px-3.5 py-3">
      <span className="mt-0.5 shrink-0">{props.icon}</span>
      <div className="min-w-0 flex-1 basis-52">
        <p className="said font-medium">{props.sentence}</p>
        <p className="said text-xs text-foreground-2">{props.evidence}</p>
      </div>
      <Ago time={props.since} className="mt-1 text-xs text-foreground-2" />
      {props.action}
    </li>
  );
}

function Who({ id }: { id: string }) {
  const person = usePerson(id);
  return (
    <span className="inline-flex items-center gap-1 align-top">
      <Tile person={person} size={18} />
      {person.name}
    </span>
  );
}

function Go({ to, query, children }: { to: string; query?: Record<string, string>; children: ReactNode }) {
  const go = useGo();
  return <Button onClick={() => go(to, query)}>{children}</Button>;
}

function MessageButton({ id }: { id: string }) {
  const mayAct = useMayAct();
  if (!mayAct) return <Go to={`fleet/${encodeURIComponent(id)}`}>Open</Go>;
  return <Button onClick={() => composing.set(id)}>Message</Button>;
}

function StormItem({ problem: { storm } }: { problem: Extract<Problem, { kind: 'storm' }> }) {
  return (
    <Item
      icon={<Tornado {...icon} className="text-bad" />}
      since={storm.started_at}
      sentence={storm.agents.map((id, index) => (
        <span key={id}>
          {index > 0 && (index === storm.agents.length - 1 ? ' and ' : ', ')}
          <Who id={id} />
          {index === storm.agents.length - 1 && ' answer each other in a loop'}
        </span>
      ))}
      evidence={`${plural(storm.replies, 'reply', 'replies')} in ${span(storm.window_seconds * 1000)}. ${plural(storm.held, 'more is', 'more are')} held; nothing is lost.`}
      action={<Go to={`threads/${storm.thread_id}`}>Look and decide</Go>}
    />
  );
}

function DeadItem({ problem }: { problem: Extract<Problem, { kind: 'dead' }> }) {
  const { agents } = useLive();
  const mayAct = useMayAct();
  const agent = useThing(agents, problem.agentId);
  const { requeue, isWaiting } = useDeadLetterActions();
  const count = problem.letters.length;
  const answers = !agent ? '' : agent.status === 'offline' ? `${agent.name} is away.` : `${agent.name} is connected now.`;
  return (
    <Item
      icon={<MailX {...icon} className="text-bad" />}
      since={problem.since}
      sentence={
        <>
          {plural(count, 'message', 'messages')} to <Who id={problem.agentId} /> {count === 1 ? 'is a dead letter' : 'are dead letters'}
        </>
      }
      evidence={
        <>
          {firstLine(problem.reason, 120)}, after {plural(problem.letters[0]!.delivery.attempt, 'attempt')}. {answers}
        </>
      }
      action={
        mayAct ? (
          <Button
            icon={<RotateCw {...icon} size={14} />}
            isWaiting={isWaiting}
            onClick={() => void requeue(problem.letters.map(({ delivery }) => delivery.delivery_id))}
          >
            Requeue {count}
          </Button>
        ) : null
      }
    />
  );
}

function OverdueItem({ problem: { task } }: { problem: Extract<Problem, { kind: 'overdue' }> }) {
  return (
    <Item
      icon={<CalendarClock {...icon} className="text-bad" />}
      since={task.due_date}
      sentence={<>“{firstLine(task.title, 120)}” is overdue</>}
      evidence={
        task.agent_id ? (
          <>
            With <Who id={task.agent_id} />.
          </>
        ) : (
          'Nobody has it.'
        )
      }
      action={task.agent_id ? <MessageButton id={task.agent_id} /> : null}
    />
  );
}
