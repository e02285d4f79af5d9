import clsx from 'clsx';
import { ChevronDown, ChevronRight, RotateCw } from 'lucide-react';
import { useState } from 'react';
import { useMayAct } from '../live/session.ts';
import type { DeadLetter } from '../live/types.ts';
import { textOf } from '../messages/log-row.tsx';
import { Ago } from '../parts/ago.tsx';
import { Pair } from '../parts/pair.tsx';
import { KindSign } from '../parts/signs.tsx';
import { firstLine } from '../parts/text/parse.ts';
import { plural } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { icon, smallIcon } from '../ui/icon.ts';
import { ReaderNow } from './reader-now.tsx';
import { reasons, type Group } from './reasons.ts';

interface SectionProps {
  group: Group;
  picked: ReadonlySet<string>;
  openId: string | undefined;
  isWaiting: boolean;
  onPick: (ids: readonly string[], isOn: boolean) => void;
  onShow: (letter: DeadLetter) => void;
  onRequeue: (ids: readonly string[]) => void;
}

/** The dead letters of one reason, with whether the cause is gone. */
export function Section({ group, picked, openId, isWaiting, onPick, onShow, onRequeue }: SectionProps) {
  const mayAct = useMayAct();
  const { name, hint } = reasons[group.reason];
  const ids = group.letters.map(({ delivery }) => delivery.delivery_id);
  const areAll = ids.every((id) => picked.has(id));
  const areSome = !areAll && ids.some((id) => picked.has(id));
  const [isFolded, setFolded] = useState(false);
  const Chevron = isFolded ? ChevronRight : ChevronDown;
  const readers = new Set(group.letters.map(({ delivery }) => delivery.agent_id));
  return (
    <section aria-label={name}>
      <div className="flex min-h-9 flex-wrap items-center gap-x-3 border-b bg-background px-4 py-1">
        {mayAct && (
          <input
            type="checkbox"
            aria-label={`Select all: ${name}`}
            checked={areAll}
            ref={(box) => {
              if (box) box.indeterminate = areSome;
            }}
            onChange={() => onPick(ids, !areAll)}
            className="size-3.5 accent-accent coarse:size-6"
          />
        )}
        <h2 className="font-medium">
          <button
            type="button"
            aria-expanded={!isFolded}
            onClick={() => setFolded(!isFolded)}
            className="flex items-center gap-2 rounded-sm"
          >
            <Chevron {...smallIcon} className="shrink-0" />
            {name}
          </button>
        </h2>
        <span className="text-xs text-foreground-2">{group.letters.length}</span>
        <span className="min-w-0 flex-1 truncate text-xs text-foreground-2">
          {readers.size > 3
            ? hint
            : [...readers].map((id, index) => (
                <span key={id}>
                  {index > 0 && ', '}
                  <ReaderNow id={id} fallback={hint} />
                </span>
              ))}
        </span>
        {mayAct && (
          <Button size="small" icon={<RotateCw {...icon} size={14} />} isWaiting={isWaiting} onClick={() => onRequeue(ids)}>
            Requeue {ids.length}
          </Button>
        )}
      </div>
      <ul hidden={isFolded}>
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
        <Ago time={letter.died_at} className="self-center text-right text-xs text-foreground-2" />
      </button>
    </li>
  );
}
