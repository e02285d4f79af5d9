import { Moon } from 'lucide-react';
import type { AttentionItem } from '../live/types.ts';
import { useNow } from '../live/clock.ts';
import { firstLine } from '../parts/text/parse.ts';
import { moment } from '../parts/times.ts';
import { icon } from '../ui/icon.ts';
import { More, Who } from './item.tsx';
import { SectionHead } from './now-page.tsx';

const words: Record<string, string> = {
  question: 'asks',
  storm: 'answer each other in a loop',
  agent_stalled: 'is silent in the middle of its work',
  agent_error: 'reports an error',
  step_failed: 'has a step that failed',
  dead_letters: 'has dead letters',
  mailbox_waiting: 'is away, and has mail',
  task_overdue: 'is overdue',
  task_unassignable: 'can be done by nobody',
  webhook_paused: 'is paused',
};

/** What was put off, and until when. */
export function Snoozed({ items }: { items: readonly AttentionItem[] }) {
  const now = useNow();
  return (
    <section aria-label="Snoozed">
      <SectionHead name="Snoozed" count={items.length} aside="soonest first" />
      {items.length === 0 ? (
        <p className="rounded-lg border bg-card px-3.5 py-3 text-foreground-2">
          Nothing is snoozed. What you snooze waits here until its time comes.
        </p>
      ) : (
        <ul className="divide-y rounded-lg border bg-card">
          {items.map((item) => (
            <li key={item.attention_id} className="flex items-start gap-x-3 px-3.5 py-2.5">
              <Moon {...icon} className="mt-0.5 shrink-0 text-foreground-2" />
              <p className="said min-w-0 flex-1">
                <About item={item} />
                <span className="block text-xs text-foreground-2">Until {moment(Date.parse(item.snoozed_until!), now)}</span>
              </p>
              <More item={item} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function About({ item: { kind, subject, evidence } }: { item: AttentionItem }) {
  const text = evidence.text ? firstLine(evidence.text, 80) : '';
  const who = subject.agents ?? (subject.agent_id && !kind.startsWith('task_') ? [subject.agent_id] : []);
  return (
    <>
      {who.length > 0
        ? who.map((id, index) => (
            <span key={id}>
              {index > 0 && ' and '}
              <Who id={id} />
            </span>
          ))
        : text}{' '}
      {words[kind] ?? kind}
      {kind === 'question' && `: ${text}`}
    </>
  );
}
