import clsx from 'clsx';
import { MailCheck, PencilLine, RotateCw, Trash2, X } from 'lucide-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useKeys } from '../app/keys.ts';
import { PageHead } from '../app/page.tsx';
import { useAddressQuery } from '../app/query.ts';
import { useMayAct } from '../live/session.ts';
import type { DeadLetter } from '../live/types.ts';
import { useDeadLetters } from '../now/use-problems.ts';
import { kindOf } from '../parts/kinds.ts';
import { useNames } from '../parts/people.ts';
import { number } from '../parts/times.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Choose } from '../ui/menu.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useDeadLetterActions } from './acting.ts';
import { groupByReason, reasons, type Reason } from './reasons.ts';
import { Section } from './section.tsx';

const PurgeDialog = lazy(() => import('./purge-dialog.tsx'));
const LetterBeside = lazy(() => import('./letter-beside.tsx'));
const EditAndSend = lazy(async () => ({ default: (await import('./send-dialogs.tsx')).EditAndSend }));
const SendToAnother = lazy(async () => ({ default: (await import('./send-dialogs.tsx')).SendToAnother }));

const idOf = ({ delivery }: DeadLetter) => delivery.delivery_id;

/** Messages that were delivered several times and never acknowledged: why, and what can be done. */
export default function DeadLettersPage() {
  const [query, change] = useAddressQuery();
  const { data, error, refetch, isPending } = useDeadLetters();
  const mayAct = useMayAct();
  const all = useMemo(() => data?.items ?? [], [data]);
  const reason = query['reason'] as Reason | undefined;
  const { agent, type } = query;
  const found = useMemo(
    () => all.filter(({ delivery, message }) => (!agent || delivery.agent_id === agent) && (!type || message.message_type === type)),
    [all, agent, type],
  );
  const groups = useMemo(() => groupByReason(found).filter((group) => !reasons[reason!] || group.reason === reason), [found, reason]);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [purging, setPurging] = useState<readonly string[]>();
  const [editing, setEditing] = useState<DeadLetter>();
  const [sending, setSending] = useState<readonly DeadLetter[]>();
  const { requeue, purge, isWaiting } = useDeadLetterActions();
  const chosen = all.filter((letter) => picked.has(idOf(letter)));
  const open = all.find((letter) => idOf(letter) === query['d']);
  const clear = () => setPicked(new Set());
  const pick = (ids: readonly string[], isOn: boolean) =>
    setPicked((old) => {
      const next = new Set(old);
      for (const id of ids)
        if (isOn) next.add(id);
        else next.delete(id);
      return next;
    });
  const show = (letter: DeadLetter) => change({ d: idOf(letter) });
  const close = () => change({ d: undefined });
  const targets = chosen.length > 0 ? chosen : open ? [open] : [];
  const listed = groups.flatMap(({ letters }) => letters);
  const move = (by: number) => {
    const next = listed[Math.min(listed.length - 1, Math.max(0, listed.findIndex((letter) => letter === open) + by))];
    if (next) show(next);
  };
  const requeueAll = (letters: readonly DeadLetter[]) => void requeue(letters.map(idOf)).then(clear);
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    ...(open ? { Escape: close, ...(mayAct ? { x: () => pick([idOf(open)], !picked.has(idOf(open))) } : {}) } : {}),
    ...(mayAct && targets.length > 0
      ? {
          q: () => requeueAll(targets),
          e: () => (targets.length === 1 ? setEditing(targets[0]) : setSending(targets)),
          Delete: () => setPurging(targets.map(idOf)),
        }
      : {}),
  });

  return (
    <>
      <PageHead name="Dead letters" count={data && number(all.length) + (data.next ? '+' : '')} />
      {all.length > 0 && (
        <div className="relative flex min-h-12 shrink-0 items-center gap-2 overflow-x-auto border-b bg-card px-4">
          <Choice name="All reasons" count={found.length} isOn={!reasons[reason!]} onSelect={() => change({ reason: undefined })} />
          {(Object.keys(reasons) as Reason[]).map((key) => (
            <Choice
              key={key}
              name={reasons[key].short}
              count={found.filter((letter) => letter.reason === key).length}
              isOn={reason === key}
              onSelect={() => change({ reason: key })}
            />
          ))}
          <Filters all={all} agent={agent} type={type} change={change} />
        </div>
      )}
      <div className="flex min-h-0 flex-1">
        <main
          id="main"
          className={clsx('relative min-h-0 min-w-0 flex-1 overflow-y-auto bg-card pb-20', open && 'max-lg:hidden')}
          tabIndex={0}
          aria-label="Dead letters"
        >
          {error && <Problem error={error} onRetry={() => void refetch()} />}
          {isPending && <Skeleton />}
          {data && all.length === 0 && (
            <Empty icon={<MailCheck {...icon} size={24} />} title="No dead letter">
              Every message was read, or still waits. One that is delivered several times and never acknowledged appears here.
            </Empty>
          )}
          {all.length > 0 && listed.length === 0 && (
            <Empty
              icon={<MailCheck {...icon} size={24} />}
              title="None of this kind"
              action={<Button onClick={() => change({ reason: undefined, agent: undefined, type: undefined })}>Show all</Button>}
            />
          )}
          {groups.map((group) => (
            <Section
              key={group.reason}
              group={group}
              picked={picked}
              openId={open && idOf(open)}
              isWaiting={isWaiting}
              onPick={pick}
              onShow={show}
              onRequeue={(ids) => void requeue(ids).then(clear)}
            />
          ))}
        </main>
        <Suspense>
          {open && (
            <LetterBeside
              letter={open}
              isWaiting={isWaiting}
              onRequeue={() => requeueAll([open])}
              onEdit={() => setEditing(open)}
              onPurge={() => setPurging([idOf(open)])}
              onClose={close}
            />
          )}
        </Suspense>
      </div>
      {chosen.length > 0 && (
        <Selected
          count={chosen.length}
          isWaiting={isWaiting}
          onRequeue={() => requeueAll(chosen)}
          onSend={() => setSending(chosen)}
          onPurge={() => setPurging(chosen.map(idOf))}
          onClear={clear}
        />
      )}
      <Suspense>
        {purging && (
          <PurgeDialog
            count={purging.length}
            onClose={() => setPurging(undefined)}
            onPurge={() => {
              setPurging(undefined);
              void purge(purging).then(clear);
            }}
          />
        )}
        {editing && <EditAndSend letter={editing} onClose={() => setEditing(undefined)} />}
        {sending && <SendToAnother letters={sending} onDone={clear} onClose={() => setSending(undefined)} />}
      </Suspense>
    </>
  );
}

interface FiltersProps {
  all: readonly DeadLetter[];
  agent: string | undefined;
  type: string | undefined;
  change: ReturnType<typeof useAddressQuery>[1];
}

/** For whom they were, and of which type: only what there is. */
function Filters({ all, agent, type, change }: FiltersProps) {
  const names = useNames();
  const agents = [...new Set([...all.map(({ delivery }) => delivery.agent_id), ...(agent ? [agent] : [])])];
  const types = [...new Set([...all.map(({ message }) => message.message_type), ...(type ? [type] : [])])];
  return (
    <>
      <Choose
        label="For"
        value={agent ?? ''}
        choices={[{ value: '', label: 'For all' }, ...agents.map((id) => ({ value: id, label: `For ${names(id)}` }))]}
        onChange={(value) => change({ agent: value || undefined })}
      />
      <Choose
        label="Type"
        value={type ?? ''}
        choices={[{ value: '', label: 'All types' }, ...types.map((one) => ({ value: one, label: kindOf(one).word }))]}
        onChange={(value) => change({ type: value || undefined })}
      />
    </>
  );
}

interface SelectedProps {
  count: number;
  isWaiting: boolean;
  onRequeue: () => void;
  onSend: () => void;
  onPurge: () => void;
  onClear: () => void;
}

/** What can be done with the selected. */
function Selected({ count, isWaiting, onRequeue, onSend, onPurge, onClear }: SelectedProps) {
  return (
    <div className="pointer-events-none fixed inset-x-0 bottom-20 z-30 flex justify-center px-4 md:bottom-6">
      <div
        className="pointer-events-auto flex animate-appear flex-wrap items-center gap-2 rounded-lg border bg-popover px-3 py-2 shadow-float"
        role="toolbar"
        aria-label="With the selected"
      >
        <span className="mr-1">{number(count)} selected</span>
        <Button look="primary" keys="Q" icon={<RotateCw {...icon} size={14} />} isWaiting={isWaiting} onClick={onRequeue}>
          Requeue where they came from
        </Button>
        <Button icon={<PencilLine {...icon} size={14} />} onClick={onSend}>
          Send to another
        </Button>
        <Button look="bad" icon={<Trash2 {...icon} size={14} />} onClick={onPurge}>
          Purge
        </Button>
        <IconButton label="Select none" onClick={onClear}>
          <X {...icon} />
        </IconButton>
      </div>
    </div>
  );
}

function Choice({ name, count, isOn, onSelect }: { name: string; count: number; isOn: boolean; onSelect: () => void }) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={onSelect}
      className={clsx(
        'inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md border px-2.5 coarse:h-9',
        isOn ? 'border-accent-line bg-accent-soft font-medium text-accent' : 'border-border-strong hover:bg-muted',
      )}
    >
      {name}
      <span className={isOn ? '' : 'text-foreground-2'}>{count}</span>
    </button>
  );
}
