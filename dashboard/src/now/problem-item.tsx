import { CalendarClock, CircleX, CloudOff, MailX, RotateCw, Timer, Tornado, TriangleAlert, UserX, WebhookOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { composing } from '../app/frame-keys.tsx';
import { useMayAct } from '../live/session.ts';
import type { AttentionItem } from '../live/types.ts';
import { firstLine } from '../parts/text/parse.ts';
import { plural, span } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { icon, smallIcon } from '../ui/icon.ts';
import { useRemedies } from './acting.ts';
import { DeadEvidence, StallEvidence } from './evidence.tsx';
import { GiveTaskAway } from './give-away.tsx';
import { Go, Item, Who } from './item.tsx';

interface Props {
  readonly item: AttentionItem;
}

/** One thing that is stuck in one sentence, its evidence, and the one action that helps. */
export function ProblemItem({ item }: Props) {
  const { subject, evidence, count } = item;
  const agent = subject.agent_id ?? '';
  const text = evidence.text ? firstLine(evidence.text, 120) : '';
  switch (item.kind) {
    case 'storm':
      return (
        <Item
          item={item}
          icon={<Tornado {...icon} className="text-bad" />}
          sentence={<InALoop agents={subject.agents ?? []} />}
          evidence={`${plural(evidence.replies ?? 0, 'reply', 'replies')} in ${span((evidence.window_seconds ?? 0) * 1000)}. ${plural(count, 'more is', 'more are')} held; nothing is lost.`}
          action={<Go to={`threads/${subject.thread_id}`}>Look and decide</Go>}
        />
      );
    case 'agent_stalled':
      return (
        <Item
          item={item}
          icon={<Timer {...icon} className="text-bad" />}
          sentence={
            <>
              <Who id={agent} /> is silent in the middle of its work
            </>
          }
          evidence={<StallEvidence item={item} />}
          action={<GiveTaskAway agentId={agent} otherwise={<MessageButton id={agent} />} />}
        />
      );
    case 'agent_error':
      return (
        <Item
          item={item}
          icon={<TriangleAlert {...icon} className="text-bad" />}
          sentence={
            <>
              <Who id={agent} /> reports an error
            </>
          }
          evidence={text || 'It does not say which.'}
          action={<MessageButton id={agent} />}
        />
      );
    case 'step_failed':
      return <FailedItem item={item} />;
    case 'dead_letters':
      return <DeadItem item={item} />;
    case 'mailbox_waiting':
      return (
        <Item
          item={item}
          icon={<CloudOff {...icon} className="text-foreground-2" />}
          sentence={
            <>
              {plural(count, 'message waits', 'messages wait')} for <Who id={agent} />, who is away
            </>
          }
          evidence={evidence.last_at ? 'They stay until it is back, or until they expire.' : 'It has never connected.'}
          action={<Go to={`fleet/${encodeURIComponent(agent)}`}>Open mailbox</Go>}
        />
      );
    case 'task_overdue':
      return (
        <Item
          item={item}
          icon={<CalendarClock {...icon} className="text-bad" />}
          sentence={<>“{text}” is overdue</>}
          evidence={
            agent ? (
              <>
                With <Who id={agent} />.
              </>
            ) : (
              'Nobody has it.'
            )
          }
          action={<OpenTask item={item} />}
        />
      );
    case 'task_unassignable':
      return (
        <Item
          item={item}
          icon={<UserX {...icon} className="text-foreground-2" />}
          sentence={<>Nobody can do “{text}”</>}
          evidence={`It needs ${(evidence.capabilities ?? []).join(', ')}, and no agent has that.`}
          action={<OpenTask item={item} />}
        />
      );
    case 'webhook_paused':
      return <WebhookItem item={item} />;
    default:
      return <Item item={item} icon={<TriangleAlert {...icon} />} sentence={item.attention_id} evidence={text} action={null} />;
  }
}

function InALoop({ agents }: { agents: readonly string[] }) {
  return agents.map((id, index) => (
    <span key={id}>
      {index > 0 && (index === agents.length - 1 ? ' and ' : ', ')}
      <Who id={id} />
      {index === agents.length - 1 && ' answer each other in a loop'}
    </span>
  ));
}

function MessageButton({ id }: { id: string }) {
  const mayAct = useMayAct();
  if (!mayAct) return <Go to={`fleet/${encodeURIComponent(id)}`}>Open</Go>;
  return <Button onClick={() => composing.set(id)}>Message</Button>;
}

function OpenTask({ item: { subject } }: Props) {
  return (
    <Go to="tasks" query={{ t: subject.task_id ?? '' }}>
      Open task
    </Go>
  );
}

function Remedy({ isWaiting, onClick, children }: { isWaiting: boolean; onClick: () => void; children: ReactNode }) {
  const mayAct = useMayAct();
  if (!mayAct) return null;
  return (
    <Button icon={<RotateCw {...smallIcon} />} isWaiting={isWaiting} onClick={onClick}>
      {children}
    </Button>
  );
}

function FailedItem({ item }: Props) {
  const { subject, evidence } = item;
  const { retry, isWaiting } = useRemedies();
  return (
    <Item
      item={item}
      icon={<CircleX {...icon} className="text-bad" />}
      sentence={
        <>
          {evidence.text ? `${firstLine(evidence.text, 80)}: step ` : 'Step '}
          <code className="rounded-sm bg-muted px-1 font-mono text-xs">{subject.step}</code> failed
          {(evidence.attempts ?? 0) > 1 && ` after ${evidence.attempts} attempts`}
        </>
      }
      evidence={
        <>
          {subject.agent_id && (
            <>
              <Who id={subject.agent_id} />:{' '}
            </>
          )}
          {evidence.error ? firstLine(evidence.error, 160) : 'It does not say why.'}
        </>
      }
      action={
        <Remedy isWaiting={isWaiting} onClick={() => void retry(item)}>
          Retry step
        </Remedy>
      }
    />
  );
}

function DeadItem({ item }: Props) {
  const { subject, count } = item;
  const { requeue, isWaiting } = useRemedies();
  return (
    <Item
      item={item}
      icon={<MailX {...icon} className="text-bad" />}
      sentence={
        <>
          {plural(count, 'message', 'messages')} to <Who id={subject.agent_id ?? ''} />{' '}
          {count === 1 ? 'is a dead letter' : 'are dead letters'}
        </>
      }
      evidence={<DeadEvidence item={item} />}
      action={
        <Remedy isWaiting={isWaiting} onClick={() => void requeue(item)}>
          Requeue {count}
        </Remedy>
      }
    />
  );
}

function WebhookItem({ item }: Props) {
  const { resume, isWaiting } = useRemedies();
  return (
    <Item
      item={item}
      icon={<WebhookOff {...icon} className="text-foreground-2" />}
      sentence={<>The webhook to {firstLine(item.evidence.text ?? '', 80)} is paused</>}
      evidence={item.evidence.error ? firstLine(item.evidence.error, 160) : 'Too many deliveries in a row failed.'}
      action={
        <Remedy isWaiting={isWaiting} onClick={() => void resume(item)}>
          Resume
        </Remedy>
      }
    />
  );
}
