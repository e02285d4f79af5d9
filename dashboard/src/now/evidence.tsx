import { useLive } from '../live/live.ts';
import { useThing } from '../live/store.ts';
import type { AttentionItem } from '../live/types.ts';
import { firstLine } from '../parts/text/parse.ts';
import { plural, span } from '../parts/times.ts';

/** What the agent was doing, how often it usually gives a sign, and what waits for it. */
export function StallEvidence({ item: { subject, evidence } }: { item: AttentionItem }) {
  const { agents } = useLive();
  const agent = useThing(agents, subject.agent_id);
  const queued = agent?.mailbox.queued ?? 0;
  return (
    <>
      {evidence.text && `“${firstLine(evidence.text, 120)}” `}
      {evidence.usual_seconds
        ? `It usually gives a sign every ${span(evidence.usual_seconds * 1000)}. `
        : 'No sign of work for over 10 minutes. '}
      {agent && (agent.status === 'offline' ? 'Away' : 'Connected')}
      {agent && (queued > 0 ? `, ${plural(queued, 'message waits', 'messages wait')} in its mailbox.` : '.')}
    </>
  );
}

/** Why they died, and whether their reader is there now. */
export function DeadEvidence({ item: { subject, evidence } }: { item: AttentionItem }) {
  const { agents } = useLive();
  const agent = useThing(agents, subject.agent_id);
  const name = agent?.name ?? subject.agent_id;
  const now = !evidence.online ? `${name} is away.` : agent?.status === 'error' ? `${name} reports an error.` : `${name} is connected now.`;
  return (
    <>
      {firstLine(evidence.error ?? 'All attempts failed', 120)}. {now}
    </>
  );
}
