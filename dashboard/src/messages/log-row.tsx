import clsx from 'clsx';
import { Check } from 'lucide-react';
import { memo } from 'react';
import type { Message } from '../live/types.ts';
import { Pair } from '../parts/pair.tsx';
import { KindSign, Marks, PrioritySign } from '../parts/signs.tsx';
import { firstLine } from '../parts/text/parse.ts';
import { clock, clockSeconds, exact } from '../parts/times.ts';
import { smallIcon } from '../ui/icon.ts';
import { around, partsAt, searched } from './words.ts';

/** The columns of the log. Below 720 px, the type is an icon. */
export const columns =
  'grid grid-cols-[4.5rem_minmax(8rem,10rem)_1.25rem_minmax(0,1fr)_3.5rem] @min-[720px]:grid-cols-[4.5rem_12.25rem_7.25rem_minmax(0,1fr)_4rem] gap-x-3 px-4';

interface Props {
  message: Message;
  /** The time of the row above: within the same minute, only the seconds are shown. */
  above: string | undefined;
  isSelected: boolean;
  /** Whether it is one of those that were selected for something. */
  isPicked?: boolean;
  isCard: boolean;
  isSuperseded: boolean;
  onOpen: (message: Message) => void;
  id: string;
  index: number;
  /** Words to mark, of a search. */
  words?: readonly string[];
}

const noWords: readonly string[] = [];

export const LogRow = memo(function LogRow(props: Props) {
  const { message, above, isSelected, isPicked = false, isCard, isSuperseded, onOpen, id, index, words = noWords } = props;
  const at = Date.parse(message.timestamp);
  const text = words.length > 0 ? around(textOf(message, searched), words) : textOf(message);
  const isFaint = message.intent === 'ack' || message.message_type === 'acknowledgment';
  const look = clsx(
    'border-l-2 outline-none',
    isSelected || isPicked ? 'bg-accent-soft' : 'hover:bg-muted',
    isSelected ? 'border-accent' : 'border-transparent',
    message.deleted && 'text-foreground-3',
  );
  const said = clsx(
    'said',
    isSuperseded && 'line-through text-foreground-3',
    isFaint && !isSelected && 'text-foreground-3',
    !message.content && 'font-mono text-xs',
  );
  const open = () => onOpen(message);

  if (isCard)
    return (
      <div
        role="row"
        id={id}
        aria-rowindex={index + 2}
        aria-selected={isSelected || isPicked}
        className={clsx(look, 'border-b border-b-border px-3 py-2.5')}
        onClick={open}
      >
        <div role="gridcell" className="flex items-center gap-2">
          {isPicked && <Picked />}
          <Pair message={message} />
          <span className="flex-1" />
          <time dateTime={message.timestamp} title={exact(at)} className="shrink-0 font-mono text-xs text-foreground-2">
            {clock(at)}
          </time>
        </div>
        <div role="gridcell" className={clsx('lines-2 mt-0.5', said)} dir="auto">
          <Marked text={text} words={words} />
        </div>
        <div role="gridcell" className="mt-0.5 flex items-center gap-2 text-xs">
          <KindSign type={message.message_type} to={message.to} />
          <PrioritySign priority={message.priority} />
          <span className="flex-1" />
          <Marks id={message.message_id} />
        </div>
      </div>
    );
  return (
    <div
      role="row"
      id={id}
      aria-rowindex={index + 2}
      aria-selected={isSelected || isPicked}
      className={clsx(columns, look, 'h-[calc(2rem+var(--row-more))] cursor-default items-center !pl-3.5')}
      onClick={open}
    >
      <time
        role="gridcell"
        dateTime={message.timestamp}
        title={exact(at)}
        className="truncate text-right font-mono text-xs text-foreground-2"
      >
        {sameMinute(message.timestamp, above) ? `:${String(new Date(at).getSeconds()).padStart(2, '0')}` : clockSeconds(at)}
      </time>
      <div role="gridcell" className="flex min-w-0 items-center gap-1.5">
        {isPicked && <Picked />}
        <Pair message={message} />
      </div>
      <div role="gridcell" className="min-w-0 text-xs">
        <KindSign
          type={message.message_type}
          to={message.to}
          className="[&>span]:sr-only @min-[720px]:[&>span]:not-sr-only @min-[720px]:[&>span]:truncate"
        />
      </div>
      <div role="gridcell" className="flex min-w-0 items-center gap-2">
        <PrioritySign priority={message.priority} />
        <span className={clsx('truncate', said)} dir="auto">
          <Marked text={text} words={words} />
        </span>
        <Reactions reactions={message.reactions} />
      </div>
      <div role="gridcell" className="flex justify-end">
        <Marks id={message.message_id} />
      </div>
    </div>
  );
});

/** What a message says, in one line. */
export function textOf({ content, payload, deleted }: Message, most?: number): string {
  if (deleted) return 'deleted';
  if (content) return firstLine(content, most);
  return payload === null || payload === undefined ? 'no text' : firstLine(JSON.stringify(payload), most);
}

function Picked() {
  return <Check {...smallIcon} className="shrink-0 text-accent" />;
}

function sameMinute(time: string, above: string | undefined): boolean {
  return above !== undefined && time.slice(0, 16) === above.slice(0, 16);
}

export function Reactions({ reactions }: { reactions: Message['reactions'] }) {
  const all = Object.entries(reactions ?? {});
  if (all.length === 0) return null;
  return (
    <span className="flex shrink-0 gap-1">
      {all.slice(0, 3).map(([emoji, who]) => (
        <span key={emoji} className="inline-flex h-5 items-center gap-1 rounded-full border px-1.5 text-xs" title={who.join(', ')}>
          {emoji} {who.length}
        </span>
      ))}
    </span>
  );
}

/** A text with the words of a search marked. */
function Marked({ text, words }: { text: string; words: readonly string[] }) {
  if (words.length === 0) return text;
  return partsAt(text, words).map((part, index) =>
    index % 2 === 1 ? (
      <mark key={index} className="rounded-sm bg-person-soft text-foreground">
        {part}
      </mark>
    ) : (
      part
    ),
  );
}
