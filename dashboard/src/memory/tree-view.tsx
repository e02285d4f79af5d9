import clsx from 'clsx';
import { ChevronDown, ChevronRight, FileJson2, Folder } from 'lucide-react';
import { memo, useEffect, useRef, useState } from 'react';
import { Ago } from '../parts/ago.tsx';
import { usePerson } from '../parts/people.ts';
import { reveal } from '../parts/text/parse.ts';
import { Tile } from '../parts/tile.tsx';
import { number } from '../parts/times.ts';
import { icon } from '../ui/icon.ts';
import type { TreeRow } from './tree.ts';

interface Props {
  rows: readonly TreeRow[];
  /** The key that is open beside. */
  current: string | undefined;
  onToggle: (prefix: string) => void;
  onOpen: (key: string) => void;
}

/** Prefixes and keys. One tab stop; arrows move, right and left open and close. */
export function TreeView({ rows, current, onToggle, onOpen }: Props) {
  const [at, setAt] = useState<string>();
  const box = useRef<HTMLDivElement>(null);
  const isThere = (path: string | undefined) => path !== undefined && rows.some((row) => row.path === path);
  const stop = isThere(at) ? at : isThere(current) ? current : rows[0]?.path;
  const isMoved = useRef(false);
  useEffect(() => {
    if (!isMoved.current) return;
    isMoved.current = false;
    box.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }, [at]);
  const go = (row: TreeRow | undefined) => {
    if (!row || row.path === at) return;
    isMoved.current = true;
    setAt(row.path);
  };
  const act = (row: TreeRow) => (row.folder ? onToggle(row.path) : onOpen(row.path));
  const onKeyDown = (event: React.KeyboardEvent) => {
    const index = rows.findIndex(({ path }) => path === stop);
    const row = rows[index];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'ArrowDown' || event.key === 'j') go(rows[index + 1]);
    else if (event.key === 'ArrowUp' || event.key === 'k') go(rows[index - 1]);
    else if (event.key === 'Home') go(rows[0]);
    else if (event.key === 'End') go(rows.at(-1));
    else if (event.key === 'Enter' || event.key === ' ') act(row);
    else if (event.key === 'ArrowRight' && row.folder) {
      if (row.folder.isOpen) go(rows[index + 1]);
      else onToggle(row.path);
    } else if (event.key === 'ArrowLeft') {
      if (row.folder?.isOpen) onToggle(row.path);
      else go(rows.slice(0, index).findLast(({ depth }) => depth < row.depth));
    } else return;
    event.preventDefault();
  };
  return (
    <div ref={box} role="tree" aria-label="Keys" onKeyDown={onKeyDown}>
      {rows.map((row) => (
        <Row
          key={row.path}
          row={row}
          isCurrent={row.path === current}
          isStop={row.path === stop}
          onAct={() => {
            setAt(row.path);
            act(row);
          }}
        />
      ))}
    </div>
  );
}

function Row({ row, isCurrent, isStop, onAct }: { row: TreeRow; isCurrent: boolean; isStop: boolean; onAct: () => void }) {
  const { path, name, depth, folder, key } = row;
  const Chevron = folder?.isOpen ? ChevronDown : ChevronRight;
  const Sign = folder ? Folder : FileJson2;
  return (
    <div
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={isCurrent}
      aria-expanded={folder?.isOpen}
      tabIndex={isStop ? 0 : -1}
      title={reveal(path)}
      onClick={onAct}
      style={{ paddingLeft: 8 + depth * 18 }}
      className={clsx(
        'flex h-[calc(1.75rem+var(--row-more))] cursor-pointer items-center gap-2 rounded-md pr-2 coarse:h-11',
        isCurrent ? 'bg-secondary font-medium' : 'hover:bg-muted',
      )}
    >
      {folder ? <Chevron {...icon} size={12} className="shrink-0 text-foreground-3" /> : <span className="w-3 shrink-0" />}
      <Sign {...icon} size={14} className="shrink-0 text-foreground-2" />
      <span className="said min-w-0 flex-1 truncate" dir="auto">
        {reveal(name) || <em className="text-foreground-2">no name</em>}
      </span>
      {folder && (
        <span className="text-xs text-foreground-2">
          {number(folder.count)}
          <span className="sr-only"> {folder.count === 1 ? 'key' : 'keys'}</span>
        </span>
      )}
      {key && <Changed at={key.updated_at} by={key.updated_by} />}
    </div>
  );
}

const Changed = memo(function Changed({ at, by }: { at: string; by: string | null }) {
  const person = usePerson(by);
  return (
    <span className="flex shrink-0 items-center gap-2 text-xs font-normal text-foreground-2" title={`by ${person.name}`}>
      <Ago time={at} />
      <Tile person={person} size={16} />
      <span className="sr-only">by {person.name}</span>
    </span>
  );
});
