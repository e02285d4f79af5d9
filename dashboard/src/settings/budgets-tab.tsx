import type { Schemas } from '@parley/client';
import clsx from 'clsx';
import { Gauge, Plus } from 'lucide-react';
import { useState } from 'react';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import { useThings } from '../live/store.ts';
import { Ago } from '../parts/ago.tsx';
import { useNames } from '../parts/people.ts';
import { number } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { Field, field } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { icon } from '../ui/icon.ts';
import { Row, Rows, Section, useSetting } from './parts.tsx';

type Budget = Schemas['MessageBudget'];
type Kind = Budget['kind'];

const kinds: Record<Kind, string> = { agents: 'Agent', threads: 'Thread', executions: 'Execution' };

/** How much agents, threads, and executions may say, and what of it is spent. */
export default function BudgetsTab() {
  const { parley } = useLive();
  const mayAct = useMayAct();
  const names = useNames();
  const budgets = useSetting('budgets', () => parley.rest.get('/budgets', { query: { limit: 500 } }), 'budgets');
  const [editing, setEditing] = useState<Budget | 'new'>();
  const [removing, setRemoving] = useState<Budget>();
  const items = budgets.data?.items ?? [];
  const nameOf = ({ kind, id }: Budget) => (kind === 'agents' ? names(id) : id);
  return (
    <Section
      hint="A budget stops agents at a number of messages or bytes. When it is spent, their sends are refused until a person raises it."
      action={
        mayAct && (
          <Button look="primary" icon={<Plus {...icon} />} onClick={() => setEditing('new')}>
            New budget
          </Button>
        )
      }
    >
      <Rows
        query={budgets}
        isEmpty={items.length === 0}
        empty={
          <Empty icon={<Gauge {...icon} size={24} />} title="Nobody has a budget">
            Without one, agents may send as much as the project’s rate allows.
          </Empty>
        }
      >
        {items.map((budget) => (
          <Row
            key={`${budget.kind} ${budget.id}`}
            name={
              <>
                <span className="rounded-sm bg-secondary px-1.5 text-xs font-normal">{kinds[budget.kind]}</span>
                {nameOf(budget)}
                <Standing status={budget.status} />
              </>
            }
            more={<Spent budget={budget} />}
          >
            {mayAct && (
              <>
                <Button size="small" aria-label={`Change the budget of ${nameOf(budget)}`} onClick={() => setEditing(budget)}>
                  Change
                </Button>
                <Button size="small" look="bad" aria-label={`Remove the budget of ${nameOf(budget)}`} onClick={() => setRemoving(budget)}>
                  Remove
                </Button>
              </>
            )}
          </Row>
        ))}
      </Rows>
      {editing && <Edit budget={editing === 'new' ? undefined : editing} onDone={budgets.reload} onClose={() => setEditing(undefined)} />}
      {removing && (
        <FormDialog
          title={`Remove the budget of ${nameOf(removing)}?`}
          description="It may send without this limit then. What was spent is forgotten."
          action="Remove budget"
          isBad
          run={() =>
            parley.rest.delete('/budgets/{kind}/{id}', { path: { kind: removing.kind, id: removing.id } }).then(() => budgets.reload())
          }
          onClose={() => setRemoving(undefined)}
        />
      )}
    </Section>
  );
}

function Standing({ status }: { status: Budget['status'] }) {
  if (status === 'open') return null;
  return (
    <span className={clsx('text-xs font-medium', status === 'spent' ? 'text-bad' : 'text-person')}>
      {status === 'spent' ? 'Spent' : 'Over 80\u00a0%'}
    </span>
  );
}

function Spent({ budget: { messages, bytes, spent, since } }: { budget: Budget }) {
  return (
    <>
      {messages !== null && <Bar spent={spent.messages ?? 0} limit={messages} unit="messages" />}
      {bytes !== null && <Bar spent={spent.bytes ?? 0} limit={bytes} unit="bytes" />}
      <span className="block">
        Counted since <Ago time={since} isSentence />.
      </span>
    </>
  );
}

function Bar({ spent, limit, unit }: { spent: number; limit: number; unit: string }) {
  const share = Math.min(1, spent / limit);
  return (
    <span className="flex items-center gap-2">
      <span aria-hidden="true" className="h-1.5 w-32 overflow-hidden rounded-full bg-secondary">
        <span
          className={clsx('block h-full', share >= 1 ? 'bg-bad-solid' : share >= 0.8 ? 'bg-person-solid' : 'bg-busy-solid')}
          style={{ width: `${share * 100}%` }}
        />
      </span>
      {number(spent)} of {number(limit)} {unit}
    </span>
  );
}

/** A whole number of at least 1, or nothing. */
const amountOf = (text: string): number | null => (text.trim() === '' ? null : Number(text.replace(/[\s,]/g, '')));

function Edit({ budget, onDone, onClose }: { budget: Budget | undefined; onDone: () => Promise<unknown>; onClose: () => void }) {
  const { parley, agents } = useLive();
  const everyone = useThings(agents).filter(({ type }) => type !== 'human');
  const [kind, setKind] = useState<Kind>(budget?.kind ?? 'agents');
  const [id, setId] = useState(budget?.id ?? '');
  const [messages, setMessages] = useState(budget?.messages?.toString() ?? '');
  const [bytes, setBytes] = useState(budget?.bytes?.toString() ?? '');
  const [isReset, setReset] = useState(false);
  const save = async () => {
    const body = { messages: amountOf(messages), bytes: amountOf(bytes), ...(isReset ? { reset: true } : {}) };
    await parley.rest.put('/budgets/{kind}/{id}', { path: { kind, id: id.trim() }, body } as never);
    await onDone();
  };
  return (
    <FormDialog
      title={budget ? 'Budget' : 'New budget'}
      action="Save"
      isReady={id.trim() !== '' && (messages.trim() !== '' || bytes.trim() !== '')}
      run={save}
      onClose={onClose}
    >
      {(faults) => (
        <>
          {!budget && (
            <div className="grid gap-3 sm:grid-cols-2">
              <Field label="Of" fault={faults['kind']}>
                <select
                  value={kind}
                  onChange={(event) => {
                    setKind(event.target.value as Kind);
                    setId('');
                  }}
                  className={field}
                >
                  <option value="agents">an agent</option>
                  <option value="threads">a thread</option>
                  <option value="executions">an execution</option>
                </select>
              </Field>
              <Field label={kinds[kind]} fault={faults['id']}>
                {kind === 'agents' ? (
                  <select value={id} onChange={(event) => setId(event.target.value)} className={field}>
                    <option value="">choose one</option>
                    {everyone.map(({ agent_id, name }) => (
                      <option key={agent_id} value={agent_id}>
                        {name}
                      </option>
                    ))}
                  </select>
                ) : (
                  <input value={id} onChange={(event) => setId(event.target.value)} placeholder="its id" className={field} />
                )}
              </Field>
            </div>
          )}
          <Field label="Messages" hint="Empty for any number" fault={faults['messages']}>
            <input inputMode="numeric" value={messages} onChange={(event) => setMessages(event.target.value)} className={field} />
          </Field>
          <Field label="Bytes" hint="Of content, payload, and metadata. Empty for any number" fault={faults['bytes']}>
            <input inputMode="numeric" value={bytes} onChange={(event) => setBytes(event.target.value)} className={field} />
          </Field>
          {budget && (
            <label className="flex items-center gap-2">
              <input
                type="checkbox"
                checked={isReset}
                onChange={(event) => setReset(event.target.checked)}
                className="size-4 accent-accent"
              />
              Start counting again at 0
            </label>
          )}
        </>
      )}
    </FormDialog>
  );
}
