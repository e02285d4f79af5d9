import clsx from 'clsx';
import { CircleAlert, Info, ScrollText, TriangleAlert, Wrench, type LucideIcon } from 'lucide-react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useKeys } from '../app/keys.ts';
import { useAddressQuery } from '../app/query.ts';
import { clockSeconds, exact, number } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { Command, Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useLogLines, type LogLine } from './use-log-lines.ts';

const levels: Record<string, { word: string; icon: LucideIcon; tone: string }> = {
  debug: { word: 'Debug', icon: Wrench, tone: 'text-foreground-3' },
  info: { word: 'Info', icon: Info, tone: 'text-foreground-2' },
  warning: { word: 'Warning', icon: TriangleAlert, tone: 'text-person' },
  error: { word: 'Error', icon: CircleAlert, tone: 'text-bad' },
};
const order = Object.keys(levels);
const choices = ['debug', 'info', 'warning', 'error'] as const;

/** The lines that those at work wrote: time flows down, and the newest is at the end. */
export default function LogTab({ id }: { id: string }) {
  const [query, change] = useAddressQuery();
  const { lines, isLoaded, hasEnded, isCut, error } = useLogLines(id);
  const wanted = query['level'] && query['level'] in levels ? query['level'] : 'debug';
  const shown = useMemo(() => lines.filter(({ level }) => order.indexOf(level) >= order.indexOf(wanted)), [lines, wanted]);
  const counts = useMemo(() => choices.map((level) => lines.filter((line) => line.level === level).length), [lines]);
  return (
    <main id="main" className="flex min-h-0 flex-1 flex-col bg-card" aria-label="Log">
      <div
        className="relative flex min-h-12 shrink-0 items-center gap-2 overflow-x-auto border-b px-4"
        role="group"
        aria-label="From which level on"
      >
        {choices.map((level, index) => {
          const { word, icon: Icon, tone } = levels[level]!;
          const isOn = level === wanted;
          return (
            <button
              key={level}
              type="button"
              aria-pressed={isOn}
              onClick={() => change({ level: level === 'debug' ? undefined : level })}
              className={clsx(
                'inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md border px-2.5 coarse:h-11',
                isOn ? 'border-accent-line bg-accent-soft font-medium text-accent' : 'border-border-strong hover:bg-muted',
              )}
            >
              <Icon {...icon} size={14} className={isOn ? '' : tone} />
              {level === 'debug' ? 'All' : level === 'error' ? 'Errors' : `${word} and above`}
              <span className={isOn ? '' : 'text-foreground-2'}>{number(counts.slice(index).reduce((sum, one) => sum + one, 0))}</span>
            </button>
          );
        })}
        <span className="flex-1" />
        <span className="shrink-0 text-xs text-foreground-2">{hasEnded ? 'It has ended; nothing will be added' : isLoaded && 'Live'}</span>
      </div>
      {error !== undefined && <Problem error={error} />}
      {!isLoaded && lines.length === 0 && <Skeleton />}
      {isLoaded && error === undefined && lines.length === 0 && (
        <Empty icon={<ScrollText {...icon} size={24} />} title="No line yet">
          {hasEnded ? 'Nobody wrote into its log.' : 'Whoever works on it can say here how far it is.'}
          {!hasEnded && <Command>{`parley executions log ${id} "Contract agreed." --as AGENT`}</Command>}
        </Empty>
      )}
      {lines.length > 0 && shown.length === 0 && (
        <Empty
          icon={<ScrollText {...icon} size={24} />}
          title={`No ${wanted === 'error' ? 'error' : `${levels[wanted]!.word.toLowerCase()} or worse`}`}
          action={<Button onClick={() => change({ level: undefined })}>Show all {number(lines.length)} lines</Button>}
        />
      )}
      {shown.length > 0 && <List lines={shown} isCut={isCut} />}
    </main>
  );
}

function List({ lines, isCut }: { lines: readonly LogLine[]; isCut: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const [isFollowing, setFollowing] = useState(true);
  // eslint-disable-next-line react-hooks/incompatible-library
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => 28,
    getItemKey: (index) => lines[index]!.key,
    overscan: 20,
    paddingEnd: 8,
    paddingStart: isCut ? 28 : 4,
  });
  useLayoutEffect(() => {
    if (isFollowing) rows.scrollToIndex(lines.length - 1, { align: 'end' });
  }, [rows, lines.length, isFollowing]);
  useEffect(() => {
    const element = box.current!;
    const onScroll = () => setFollowing(element.scrollHeight - element.scrollTop - element.clientHeight < 40);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, []);
  useKeys({
    f: () => setFollowing(!isFollowing),
    End: () => setFollowing(true),
    Home: () => {
      setFollowing(false);
      rows.scrollToIndex(0);
    },
  });
  return (
    <div
      ref={box}
      tabIndex={0}
      role="log"
      aria-label="Lines"
      aria-live="off"
      className="min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2"
    >
      <div className="relative" style={{ height: rows.getTotalSize() }}>
        {isCut && <p className="px-4 py-1 text-xs text-foreground-3">Lines before this are no longer kept.</p>}
        {rows.getVirtualItems().map((item) => {
          const line = lines[item.index]!;
          return (
            <div
              key={item.key}
              data-index={item.index}
              ref={rows.measureElement}
              className="absolute inset-x-0"
              style={{ top: item.start }}
            >
              <Row line={line} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Row({ line }: { line: LogLine }) {
  const at = Date.parse(line.timestamp);
  const { word, icon: Icon, tone } = levels[line.level] ?? levels['info']!;
  return (
    <p className="grid grid-cols-[4.5rem_1rem_minmax(0,1fr)] items-start gap-x-3 px-4 py-1 md:grid-cols-[4.5rem_5.5rem_minmax(0,1fr)]">
      <time dateTime={line.timestamp} title={exact(at)} className="text-right font-mono text-xs/5 text-foreground-2">
        {clockSeconds(at)}
      </time>
      <span className={clsx('flex items-center gap-1.5 text-xs/5', tone)}>
        <Icon {...icon} size={14} className="shrink-0" />
        <span className="max-md:sr-only">{word}</span>
      </span>
      <span
        className={clsx('said whitespace-pre-wrap', line.level === 'error' && 'text-bad', line.level === 'debug' && 'text-foreground-2')}
        dir="auto"
      >
        {line.message}
      </span>
    </p>
  );
}
