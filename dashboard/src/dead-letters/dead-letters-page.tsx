import clsx from 'clsx';
import { MailCheck, RotateCw, Trash2, X } from 'lucide-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useKeys } from '../app/keys.ts';
import { PageHead } from '../app/page.tsx';
import { useAddressQuery, useGo } from '../app/query.ts';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import { useThing } from '../live/store.ts';
import type { DeadLetter } from '../live/types.ts';
import { textOf } from '../messages/log-row.tsx';
import { besideFrom } from '../messages/messages-page.tsx';
import { MessagePeek } from '../messages/message-peek.tsx';
import { useDeadLetters } from '../now/use-problems.ts';
import { Ago } from '../parts/ago.tsx';
import { Pair } from '../parts/pair.tsx';
import { KindSign } from '../parts/signs.tsx';
import { firstLine } from '../parts/text/parse.ts';
import { number, plural } from '../parts/times.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useDeadLetterActions } from './acting.ts';
import { groupByReason, reasons, type Group, type Reason } from './reasons.ts';

const PurgeDialog = lazy(() => import('./purge-dialog.tsx'));

/** Messages that were delivered several times and never acknowledged: why, and what can be done. */
export default function DeadLettersPage() {
  const [query, change] = useAddressQuery();
  const { data, error, refetch, isPending } = useDeadLetters();
  const go = useGo();
  const mayAct = useMayAct();
  const all = useMemo(() => data?.items ?? [], [data]);
  const reason = query['reason'] as Reason | undefined;
  const groups = useMemo(() => groupByReason(all).filter((group) => !reasons[reason!] || group.reason === reason), [all, reason]);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [isPurging, setPurging] = useState(false);
  const { requeue, purge, isWaiting } = useDeadLetterActions();
  const chosen = all.filter(({ delivery }) => picked.has(delivery.delivery_id)).map(({ delivery }) => delivery.delivery_id);
  const open = all.find(({ delivery }) => delivery.delivery_id === query['d']);
  const clear = () => setPicked(new Set());
  const pick = (ids: readonly string[], isOn: boolean) =>
    setPicked((old) => {
      const next = new Set(old);
      for (const id of ids)
        if (isOn) next.add(id);
        else next.delete(id);
      return next;
    });
  const show = (letter: DeadLetter) =>
    window.innerWidth < besideFrom ? go(`messages/${letter.message.message_id}`) : change({ d: letter.delivery.delivery_id });
  const close = () => change({ d: undefined });
  const targets = chosen.length > 0 ? chosen : open ? [open.delivery.delivery_id] : [];
  const listed = groups.flatMap(({ letters }) => letters);
  const move = (by: number) => {
    const next = listed[Math.min(listed.length - 1, Math.max(0, listed.findIndex((letter) => letter === open) + by))];
    if (next) show(next);
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ...(open
      ? { Escape: close, ...(mayAct ? { x: () => pick([open.delivery.delivery_id], !picked.has(open.delivery.delivery_id)) } : {}) }
      : {}),
    ...(mayAct && targets.length > 0
      ? { q: () => void requeue(targets).then(clear), Delete: () => (pick(targets, true), setPurging(true)) }
      : {}),
  });

  return (
    <>
      <PageHead name="Dead letters" count={data && number(all.length) + (data.next ? '+' : '')} />
      {all.length > 0 && (
        <div className="relative flex min-h-12 shrink-0 items-center gap-2 overflow-x-auto border-b bg-card px-4">
          <Choice name="All reasons" count={all.length} isOn={!reasons[reason!]} onSelect={() => change({ reason: undefined })} />
          {(Object.keys(reasons) as Reason[]).map((key) => (
            <Choice
              key={key}
              name={reasons[key].short}
              count={all.filter((letter) => letter.reason === key).length}
              isOn={reason === key}
              onSelect={() => change({ reason: key })}
            />
          ))}
        </div>
      )}
      <div className="flex min-h-0 flex-1">
        <main id="main" className="relative min-h-0 min-w-0 flex-1 overflow-y-auto bg-card pb-20" tabIndex={0} aria-label="Dead letters">
          {error && <Problem error={error} onRetry={() => void refetch()} />}
          {isPending && <Skeleton />}
          {data && all.length === 0 && (
            <Empty icon={<MailCheck {...icon} size={24} />} title="No dead letter">
              Every message was read, or still waits. One that is delivered several times and never acknowledged appears here.
            </Empty>
          )}
          {groups.map((group) => (
            <Section
              key={group.reason}
              group={group}
              picked={picked}
              openId={open?.delivery.delivery_id}
              isWaiting={isWaiting}
              onPick={pick}
              onShow={show}
              onRequeue={(ids) => void requeue(ids).then(clear)}
            />
          ))}
        </main>
        {open && <MessagePeek id={open.message.message_id} onClose={close} />}
      </div>
      {chosen.length > 0 && (
        <div className="pointer-events-none fixed inset-x-0 bottom-20 z-30 flex justify-center px-4 md:bottom-6">
          <div
            className="pointer-events-auto flex animate-appear flex-wrap items-center gap-2 rounded-lg border bg-popover px-3 py-2 shadow-float"
            role="toolbar"
            aria-label="With the selected"
          >
            <span className="mr-1">{chosen.length} selected</span>
            <Button
              look="primary"
              keys="Q"
              icon={<RotateCw {...icon} size={14} />}
              isWaiting={isWaiting}
              onClick={() => void requeue(chosen).then(clear)}
            >
              Requeue
            </Button>
            <Button look="bad" icon={<Trash2 {...icon} size={14} />} onClick={() => setPurging(true)}>
              Purge
            </Button>
            <IconButton label="Select none" onClick={clear}>
              <X {...icon} />
            </IconButton>
          </div>
        </div>
      )}
      {isPurging && (
        <Suspense>
          <PurgeDialog
            count={chosen.length}
            onClose={() => setPurging(false)}
            onPurge={() => {
              setPurging(false);
              void purge(chosen).then(clear);
            }}
          />
        </Suspense>
      )}
    </>
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

interface SectionProps {
  group: Group;
  picked: ReadonlySet<string>;
  openId: string | undefined;
  isWaiting: boolean;
  onPick: (ids: readonly string[], isOn: boolean) => void;
  onShow: (letter: DeadLetter) => void;
  onRequeue: (ids: readonly string[]) => void;
}

function Section({ group, picked, openId, isWaiting, onPick, onShow, onRequeue }: SectionProps) {
  const mayAct = useMayAct();
  const { name, hint } = reasons[group.reason];
  const ids = group.letters.map(({ delivery }) => delivery.delivery_id);
  const areAll = ids.every((id) => picked.has(id));
  const readers = new Set(group.letters.map(({ delivery }) => delivery.agent_id));
  return (
    <section aria-label={name}>
      <div className="flex min-h-9 flex-wrap items-center gap-x-3 border-b bg-background px-4 py-1">
        {mayAct && (
          <input
            type="checkbox"
            aria-label={`Select all: ${name}`}
            checked={areAll}
            onChange={() => onPick(ids, !areAll)}
            className="size-3.5 accent-accent coarse:size-6"
          />
        )}
        <h2 className="font-medium">{name}</h2>
        <span className="text-xs text-foreground-2">{group.letters.length}</span>
        <span className="min-w-0 flex-1 truncate text-xs text-foreground-2">
          {readers.size === 1 ? <Reader id={[...readers][0]!} hint={hint} /> : hint}
        </span>
        {mayAct && (
          <Button size="small" icon={<RotateCw {...icon} size={14} />} isWaiting={isWaiting} onClick={() => onRequeue(ids)}>
            Requeue {ids.length}
          </Button>
        )}
      </div>
      <ul>
        {group.letters.map((letter) => (
          <Row
            key={letter.delivery.delivery_id}
            letter={letter}
            isPicked={picked.has(letter.delivery.delivery_id)}
            isOpen={letter.delivery.delivery_id === openId}
            onPick={(isOn) => onPick([letter.delivery.delivery_id], isOn)}
            onShow={() => onShow(letter)}
          />
        ))}
      </ul>
    </section>
  );
}

/** Whether the only reader of a group is there again. */
function Reader({ id, hint }: { id: string; hint: string }) {
  const { agents } = useLive();
  const agent = useThing(agents, id);
  if (!agent) return hint;
  return agent.status === 'offline' ? `${agent.name} is away` : <span className="text-good">{agent.name} is connected now</span>;
}

function Row(props: { letter: DeadLetter; isPicked: boolean; isOpen: boolean; onPick: (isOn: boolean) => void; onShow: () => void }) {
  const { letter, isPicked, isOpen, onPick, onShow } = props;
  const { message, delivery } = letter;
  const mayAct = useMayAct();
  const said = textOf(message);
  return (
    <li
      className={clsx(
        'flex gap-3 border-b border-l-2 border-b-border px-3.5 py-2',
        isOpen ? 'border-l-accent bg-accent-soft' : 'border-l-transparent hover:bg-muted',
      )}
    >
      {mayAct && (
        <input
          type="checkbox"
          aria-label={`Select: ${said}`}
          checked={isPicked}
          onChange={(event) => onPick(event.target.checked)}
          className="mt-1 size-3.5 shrink-0 accent-accent coarse:size-6"
        />
      )}
      <button
        type="button"
        onClick={onShow}
        className="grid min-w-0 flex-1 gap-x-4 text-left md:grid-cols-[minmax(0,1fr)_minmax(0,14rem)_4.5rem_4.5rem]"
      >
        <span className="min-w-0">
          <span className="flex min-w-0 items-center gap-2">
            <Pair message={message} />
            <KindSign type={message.message_type} to={message.to} className="text-xs" />
          </span>
          <span className="said block truncate text-foreground-2" dir="auto">
            {said}
          </span>
        </span>
        <span className="said self-center truncate text-xs text-bad">{firstLine(delivery.last_error ?? 'never acknowledged', 100)}</span>
        <span className="self-center text-right text-xs text-foreground-2">{plural(delivery.attempt, 'try', 'tries')}</span>
        <Ago time={message.timestamp} className="self-center text-right text-xs text-foreground-2" />
      </button>
    </li>
  );
}
