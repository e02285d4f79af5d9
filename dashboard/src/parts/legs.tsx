import clsx from 'clsx';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useNow } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { useThing } from '../live/store.ts';
import type { Delivery, MessageTrace } from '../live/types.ts';
import { smallIcon } from '../ui/icon.ts';
import { stageOf } from './deliveries.ts';
import { addressOf } from './address.ts';
import { usePerson } from './people.ts';
import { StageSign } from './signs.tsx';
import { Tile } from './tile.tsx';
import { clockMillis, number, plural, precise, span } from './times.ts';

/** Where a message is: on disk, routed, and then a leg for each recipient. It shows no stage without evidence. */
export function Legs({ trace, deliveries }: { trace: MessageTrace; deliveries: readonly Delivery[] }) {
  const { message, rules } = trace;
  const sender = usePerson(message.sender_id, message.sender_role, message.sender_name);
  const read = deliveries.filter(({ state }) => state === 'acknowledged').length;
  const stored = clockMillis(Date.parse(message.timestamp));
  const [all, setAll] = useState(false);
  const shown = all ? deliveries : deliveries.slice(0, 12);
  return (
    <section aria-label="Where it is" className="border-b px-4 py-3">
      <h2 className="mb-2 text-xs text-foreground-2">
        <span className="text-foreground">Where it is</span>
        {deliveries.length > 0 && (
          <span className="ml-2">
            {deliveries.length === 1
              ? read
                ? 'it was read'
                : ['dead', 'expired', 'withdrawn'].includes(deliveries[0]!.state)
                  ? 'it was not read'
                  : 'it was not read yet'
              : `${read} of ${deliveries.length} have read it`}
          </span>
        )}
      </h2>
      <ol className="relative before:absolute before:bottom-3 before:left-[3.5px] before:top-3 before:w-px before:bg-border">
        <Step name="On disk" time={stored}>
          #{number(message.seq)}, before {sender.name} heard “sent”
        </Step>
        <Step name="Routed" time={stored}>
          {routed(trace)}; {rules.length === 0 ? 'no rule touched it' : rules.join('; ')}
        </Step>
        {shown.map((delivery) => (
          <Leg key={delivery.delivery_id} delivery={delivery} isOnly={deliveries.length === 1} />
        ))}
      </ol>
      {deliveries.length > shown.length && (
        <button type="button" className="mt-1 pl-5 text-xs text-accent underline" onClick={() => setAll(true)}>
          Show all {deliveries.length}
        </button>
      )}
      {deliveries.length === 0 && <p className="pl-5 text-xs text-foreground-2">It reached nobody: the group was empty.</p>}
    </section>
  );
}

function routed({ message, deliveries }: MessageTrace): string {
  const { kind, prefix, name } = addressOf(message.to);
  if (typeof message.to !== 'string' && message.to.length > 1) return plural(message.to.length, 'address', 'addresses');
  if (kind === 'agent' || kind === 'human') return 'to one address';
  const members = kind === 'topic' ? plural(deliveries.length, 'subscriber') : plural(deliveries.length, 'member');
  return kind === 'capability'
    ? `${prefix}${name}, one of those who have it`
    : `${prefix}${name}, ${kind === 'everyone' || kind === 'role' ? plural(deliveries.length, 'agent') : members}`;
}

function Step({ name, time, children }: { name: string; time: string; children: ReactNode }) {
  return (
    <li className="relative flex items-baseline gap-2 py-1 pl-5 text-xs">
      <Dot isDone />
      <span className="shrink-0 font-medium text-foreground">{name}</span>
      <span className="said min-w-0 flex-1 text-foreground-2">{children}</span>
      <span className="shrink-0 font-mono text-foreground-2">{time}</span>
    </li>
  );
}

function Dot({ isDone, isBad }: { isDone: boolean; isBad?: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={clsx(
        'absolute left-0 top-[9px] size-2 rounded-full outline-3 outline-card',
        isBad ? 'bg-bad-solid' : isDone ? 'bg-good-solid' : 'border border-control bg-card',
      )}
    />
  );
}

function Leg({ delivery, isOnly }: { delivery: Delivery; isOnly: boolean }) {
  const person = usePerson(delivery.agent_id);
  const stage = stageOf(delivery);
  const isDone = stage === 'acknowledged' || stage === 'replied';
  const isBad = stage === 'dead' || stage === 'held';
  const [isOpen, setOpen] = useState(!isDone || isOnly);
  const now = useNow(!isDone);
  const begun = delivery.queued_at ? Date.parse(delivery.queued_at) : undefined;
  const ended = delivery.acknowledged_at ? Date.parse(delivery.acknowledged_at) : undefined;
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <li className="relative py-1 pl-5">
      <Dot isDone={isDone} isBad={isBad} />
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} className="flex w-full items-center gap-1.5 text-left">
        <Tile person={person} size={18} />
        <span className="said truncate text-sm font-medium">{person.name}</span>
        <Chevron {...smallIcon} className="shrink-0 text-foreground-3" />
        <span className="flex-1" />
        <span className="shrink-0 text-xs text-foreground-2">
          {begun === undefined
            ? ''
            : ended !== undefined
              ? precise(ended - begun)
              : isBad || stage === 'expired' || stage === 'withdrawn'
                ? ''
                : `${span(now - begun)} so far`}
        </span>
        <span className="flex min-w-24 justify-end text-xs">
          <StageSign stage={stage} />
        </span>
      </button>
      {isOpen && <Stages delivery={delivery} />}
    </li>
  );
}

function Stages({ delivery }: { delivery: Delivery }) {
  const { agents } = useLive();
  const agent = useThing(agents, delivery.agent_id);
  const stage = stageOf(delivery);
  const attempt = delivery.attempt > 0 ? `attempt ${delivery.attempt}` : '';
  const isWaiting = stage === 'queued' || stage === 'surfaced';
  const rows: [string, string | null, string][] = [
    [
      'Queued',
      delivery.queued_at,
      stage === 'queued' && agent && (agent.mailbox.queued ?? 0) > 1 ? `${agent.mailbox.queued} wait in this mailbox` : '',
    ],
  ];
  if (delivery.delivered_at || isWaiting || stage === 'handed_over')
    rows.push(['Handed over', delivery.delivered_at, delivery.delivered_at ? attempt : waitsFor(agent)]);
  if (delivery.surfaced_at) rows.push(['Before the model', delivery.surfaced_at, '']);
  if (delivery.acknowledged_at) rows.push(['Acknowledged', delivery.acknowledged_at, '']);
  if (delivery.replied_at) rows.push(['Replied', delivery.replied_at, '']);
  return (
    <dl className="mt-1 grid grid-cols-[auto_auto_minmax(0,1fr)] gap-x-3 gap-y-0.5 border-l pl-3 text-xs text-foreground-2 [margin-left:9px]">
      {rows.map(([name, time, evidence]) => (
        <div key={name} className="col-span-3 grid grid-cols-subgrid">
          <dt>{name}</dt>
          <dd className={time ? 'font-mono text-foreground' : ''}>{time ? clockMillis(Date.parse(time)) : 'not yet'}</dd>
          <dd>{evidence}</dd>
        </div>
      ))}
      {delivery.last_error && (
        <div className="col-span-3 grid grid-cols-subgrid text-bad">
          <dt>{stage === 'dead' ? 'Died of' : 'Last error'}</dt>
          <dd className="said col-span-2">{delivery.last_error}</dd>
        </div>
      )}
    </dl>
  );
}

function waitsFor(agent: { name: string; status: string; paused: boolean } | undefined): string {
  if (!agent) return '';
  if (agent.paused) return `when ${agent.name} is resumed`;
  if (agent.status === 'offline') return `when ${agent.name} is back`;
  return `when ${agent.name} takes it`;
}
