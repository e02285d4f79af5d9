import clsx from 'clsx';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { memo, useMemo, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { icon } from '../../ui/icon.ts';
import { number } from '../times.ts';
import { differenceOf, type Change } from './difference.ts';
import { linesOf, textOfLine, type Line } from './lines.ts';

/** More lines, and longer ones, are shown on request. */
const mostLines = 1000;
const longest = 4096;

const tones = { key: '', string: 'text-good', number: 'text-accent', word: 'text-accent', sign: 'text-foreground-2' };

/** A value of JSON: numbered lines that fold. With the value before it, the lines that are new or changed are marked. */
export const JsonView = memo(function JsonView({ value, before, label }: { value: unknown; before?: unknown; label: string }) {
  const lines = useMemo(() => linesOf(value), [value]);
  const changed = useMemo(() => (before === undefined ? none : changedLines(linesOf(before), lines)), [before, lines]);
  const [folded, setFolded] = useState<ReadonlySet<number>>(none);
  const [isWhole, setWhole] = useState(false);
  const fold = (index: number) =>
    setFolded((old) => {
      const next = new Set(old);
      if (!next.delete(index)) next.add(index);
      return next;
    });
  const shown: number[] = [];
  for (let index = 0; index < lines.length && (isWhole || shown.length < mostLines); index++) {
    shown.push(index);
    if (folded.has(index)) index += lines[index]!.holds;
  }
  const rest = lines.length - 1 - (shown.at(-1) ?? 0) - (folded.has(shown.at(-1)!) ? lines[shown.at(-1)!]!.holds : 0);
  return (
    <div role="region" aria-label={label} tabIndex={0} dir="ltr" className="min-h-0 flex-1 overflow-auto py-2 font-mono text-xs/6">
      {shown.map((index) => (
        <LineView
          key={index}
          index={index}
          line={lines[index]!}
          isChanged={changed.has(index)}
          isFolded={folded.has(index)}
          onFold={fold}
        />
      ))}
      {rest > 0 && (
        <Button className="m-3 font-sans" onClick={() => setWhole(true)}>
          Show {number(rest)} more lines
        </Button>
      )}
    </div>
  );
});

const none: ReadonlySet<number> = new Set();

function changedLines(before: readonly Line[], after: readonly Line[]): ReadonlySet<number> {
  const changes = differenceOf(before.map(textOfLine), after.map(textOfLine)).filter(({ kind }) => kind !== 'removed');
  return new Set(changes.flatMap(({ kind }, index) => (kind === 'added' ? [index] : [])));
}

interface LineProps {
  index: number;
  line: Line;
  isChanged: boolean;
  isFolded: boolean;
  onFold: (index: number) => void;
}

function LineView({ index, line, isChanged, isFolded, onFold }: LineProps) {
  const [isLong, setLong] = useState(false);
  const Chevron = isFolded ? ChevronRight : ChevronDown;
  let left = isLong ? Infinity : longest;
  return (
    <div className={clsx('flex min-w-0 border-l-2 pr-4', isChanged ? 'border-good-solid bg-good-soft' : 'border-transparent')}>
      <span aria-hidden="true" className="w-9 shrink-0 select-none text-right text-foreground-3">
        {index + 1}
      </span>
      <span className="flex w-7 shrink-0 justify-center">
        {line.holds > 0 && (
          <button
            type="button"
            aria-expanded={!isFolded}
            aria-label={`Line ${index + 1}`}
            title={isFolded ? 'Unfold' : 'Fold'}
            onClick={() => onFold(index)}
            className="inline-flex size-6 items-center justify-center rounded-sm text-foreground-3 hover:bg-secondary hover:text-foreground"
          >
            <Chevron {...icon} size={12} />
          </button>
        )}
      </span>
      <code className="min-w-0 flex-1 whitespace-pre-wrap [overflow-wrap:anywhere]" style={{ paddingLeft: `${line.depth * 2}ch` }}>
        {isChanged && <span className="sr-only">changed: </span>}
        {line.tokens.map(({ kind, text }, at) => {
          const cut = text.slice(0, Math.max(0, left));
          left -= text.length;
          return (
            <span key={at} className={tones[kind]}>
              {cut}
            </span>
          );
        })}
        {isFolded && <span className="text-foreground-3"> {number(line.holds - 1)} lines folded</span>}
        {left < 0 && (
          <Button size="small" className="ml-2 font-sans" onClick={() => setLong(true)}>
            Show {number(-left)} more characters
          </Button>
        )}
      </code>
    </div>
  );
}

/** How two texts differ: what was removed and what was added, in one column. */
export function Difference({ changes, label }: { changes: readonly Change[]; label: string }) {
  const signs = { same: ' ', added: '+', removed: '−' };
  const words = { same: '', added: 'added: ', removed: 'removed: ' };
  return (
    <div role="region" aria-label={label} tabIndex={0} dir="ltr" className="min-h-0 flex-1 overflow-auto py-2 font-mono text-xs/5">
      {changes.slice(0, 2 * mostLines).map(({ kind, text }, index) => (
        <div key={index} className={clsx('flex px-3', kind === 'added' && 'bg-good-soft', kind === 'removed' && 'bg-bad-soft')}>
          <span aria-hidden="true" className={clsx('w-5 shrink-0', kind === 'added' && 'text-good', kind === 'removed' && 'text-bad')}>
            {signs[kind]}
          </span>
          <code className="min-w-0 flex-1 whitespace-pre-wrap [overflow-wrap:anywhere]">
            <span className="sr-only">{words[kind]}</span>
            {text.slice(0, longest)}
          </code>
        </div>
      ))}
    </div>
  );
}
