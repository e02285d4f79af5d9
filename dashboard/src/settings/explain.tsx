import clsx from 'clsx';
import { Check, Minus } from 'lucide-react';
import { useState } from 'react';
import { useLive } from '../live/live.ts';
import type { RoutingExplanation } from '../live/types.ts';
import { useNames } from '../parts/people.ts';
import { plural } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { Field, field } from '../ui/field.tsx';
import { icon } from '../ui/icon.ts';
import { Problem } from '../ui/problem.tsx';

const levels = ['', 'low', 'normal', 'high', 'critical'];

/** Where a message would go, and why. Nothing is sent. */
export function Explain() {
  const { parley } = useLive();
  const [form, setForm] = useState({ to: '', message_type: 'text', content: '' });
  const [answer, setAnswer] = useState<RoutingExplanation>();
  const [refusal, setRefusal] = useState<unknown>();
  const [isWaiting, setWaiting] = useState(false);
  const ask = async () => {
    setWaiting(true);
    setRefusal(undefined);
    try {
      setAnswer(await parley.rest.post('/routing/explain', { body: form } as never));
    } catch (error) {
      setAnswer(undefined);
      setRefusal(error);
    } finally {
      setWaiting(false);
    }
  };
  const set = (name: keyof typeof form) => (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value });
  return (
    <section aria-labelledby="explain" className="rounded-lg border bg-card p-4">
      <h2 id="explain" className="font-semibold">
        Why would this go where?
      </h2>
      <form
        className="mt-2 grid items-end gap-3 sm:grid-cols-[1fr_1fr_2fr_auto]"
        onSubmit={(event) => {
          event.preventDefault();
          if (form.to) void ask();
        }}
      >
        <Field label="To">
          <input value={form.to} onChange={set('to')} className={field} />
        </Field>
        <Field label="Type">
          <input value={form.message_type} onChange={set('message_type')} className={field} />
        </Field>
        <Field label="Text">
          <input value={form.content} onChange={set('content')} className={field} />
        </Field>
        <Button type="submit" disabled={form.to === ''} isWaiting={isWaiting} className="mb-0.5">
          Explain
        </Button>
      </form>
      {refusal !== undefined && <Problem error={refusal} />}
      {answer && <Answer answer={answer} />}
    </section>
  );
}

function Answer({ answer }: { answer: RoutingExplanation }) {
  const names = useNames();
  const { to, recipients, recipients_total, priority, rules, candidates, problem } = answer;
  const more = recipients_total - recipients.length;
  return (
    <div role="status" className="mt-3 space-y-2">
      {problem ? (
        <p className="text-bad">It would be refused: {problem.detail}</p>
      ) : (
        <p className="said">
          It would go to <strong className="font-medium">{[to].flat().join(', ')}</strong>, which is{' '}
          {recipients.length === 0 ? 'nobody now' : recipients.map(names).join(', ')}
          {more > 0 && ` and ${more} more`}, with {levels[priority] ?? priority} priority.
        </p>
      )}
      <ol className="space-y-1">
        {rules.map(({ name, matches, reason }) => (
          <li key={name} className="flex gap-2">
            {matches ? (
              <Check {...icon} className="mt-0.5 shrink-0 text-good" />
            ) : (
              <Minus {...icon} className="mt-0.5 shrink-0 text-foreground-3" />
            )}
            <span className={clsx('said', !matches && 'text-foreground-2')}>
              <span className="font-medium">{name}</span> {matches ? 'applies' : 'does not apply'}: {reason}
            </span>
          </li>
        ))}
      </ol>
      {candidates.length > 0 && (
        <p className="text-xs text-foreground-2">
          {candidates
            .map(
              ({ agent_id, status, deliveries, chosen }) =>
                `${names(agent_id)}: ${status}, ${plural(deliveries, 'delivery', 'deliveries')}${chosen ? ', is next' : ''}`,
            )
            .join('; ')}
        </p>
      )}
    </div>
  );
}
