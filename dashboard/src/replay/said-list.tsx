import clsx from 'clsx';
import { memo, useEffect, useRef, useState } from 'react';
import { textOf } from '../messages/log-row.tsx';
import type { Message } from '../live/types.ts';
import { Pair } from '../parts/pair.tsx';
import { clockSeconds, exact, number } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import type { Player } from './player.ts';
import type { Recording } from './recording.ts';

const step = 60;

/** What was said up to the moment, the last of it marked. */
export function SaidList({ recording, player, shown, version }: { recording: Recording; player: Player; shown: number; version: number }) {
  const [count, setCount] = useState(step);
  const box = useRef<HTMLDivElement>(null);
  const said = recording.saidAt(shown);
  const first = Math.max(0, said - count);
  useEffect(() => {
    const element = box.current!;
    element.scrollTop = element.scrollHeight;
  }, [said, version]);
  return (
    <section aria-label="Said up to here" className="flex min-h-0 flex-1 flex-col">
      <h2 className="flex h-11 shrink-0 items-center gap-2 border-b px-4">
        Said up to here
        <span className="text-foreground-2">
          {number(said)} of {number(recording.said.length)}
        </span>
      </h2>
      <div
        ref={box}
        tabIndex={0}
        role="region"
        aria-label="Messages"
        className="min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2"
      >
        {said === 0 && <p className="px-4 py-3 text-foreground-2">Nobody has said anything yet.</p>}
        {first > 0 && (
          <Button look="ghost" size="small" className="m-2" onClick={() => setCount(count + step)}>
            Show earlier ones
          </Button>
        )}
        <ol>
          {recording.said.slice(first, said).map((one, index, all) => (
            <Row
              key={one.seq}
              message={recording.message(one.message.message_id, shown) ?? { ...one.message, content: null, payload: null, deleted: true }}
              seq={one.seq}
              isCurrent={index === all.length - 1}
              player={player}
            />
          ))}
        </ol>
      </div>
    </section>
  );
}

interface RowProps {
  message: Message;
  seq: number;
  isCurrent: boolean;
  player: Player;
}

const Row = memo(function Row({ message, seq, isCurrent, player }: RowProps) {
  const at = Date.parse(message.timestamp);
  return (
    <li>
      <button
        type="button"
        aria-current={isCurrent ? 'true' : undefined}
        data-seq={seq}
        onClick={() => player.go(seq)}
        className={clsx(
          'block w-full border-l-2 py-2 pl-3.5 pr-4 text-left focus-visible:-outline-offset-2',
          isCurrent ? 'border-accent bg-accent-soft' : 'border-transparent hover:bg-muted',
        )}
      >
        <span className="flex items-center gap-2">
          <span className="min-w-0 flex-1">
            <Pair message={message} size={16} />
          </span>
          <time dateTime={message.timestamp} title={exact(at)} className="shrink-0 text-2xs text-foreground-2">
            {clockSeconds(at)}
          </time>
        </span>
        <span
          className={clsx(
            'said mt-0.5 block pl-[22px] text-xs/[1.125rem] line-clamp-4',
            !isCurrent && 'text-foreground-2',
            !message.content && 'font-mono text-2xs',
          )}
          dir="auto"
        >
          {textOf(message)}
        </span>
      </button>
    </li>
  );
});
