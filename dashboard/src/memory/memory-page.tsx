import clsx from 'clsx';
import { Database, Plus, Search, SearchX } from 'lucide-react';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { useKeys } from '../app/keys.ts';
import { PageHead } from '../app/page.tsx';
import { useAddressQuery } from '../app/query.ts';
import { useMayAct } from '../live/session.ts';
import { number, plural } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { Command, Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Kbd } from '../ui/kbd.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { EntryView } from './entry-view.tsx';
import { prefixesOf, rowsOf } from './tree.ts';
import { TreeView } from './tree-view.tsx';
import { most, useMemoryKeys } from './use-memory.ts';

const NewKey = lazy(() => import('./new-key.tsx'));

/** What agents remember together: the keys as a tree, and beside it the value of one. */
export default function MemoryPage() {
  const [query, change] = useAddressQuery();
  const prefix = query['prefix'] ?? '';
  const current = query['key'];
  const mayAct = useMayAct();
  const { keys, isLoaded, hasMore, error, reload } = useMemoryKeys(prefix);
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set());
  const [isCreating, setCreating] = useState(false);
  // What leads to the key, and what was typed, is open.
  useEffect(() => setOpen((old) => new Set([...old, ...prefixesOf(current ?? ''), ...prefixesOf(prefix)])), [current, prefix]);
  const toggle = (path: string) =>
    setOpen((old) => {
      const next = new Set(old);
      if (!next.delete(path)) next.add(path);
      return next;
    });
  const rows = useMemo(() => rowsOf(keys, open), [keys, open]);
  const show = (key: string | undefined) => change({ key, version: undefined });
  const version = keys.find(({ key }) => key === current)?.version;
  useKeys({ ...(mayAct ? { n: () => setCreating(true) } : {}), Escape: () => current !== undefined && show(undefined) });
  return (
    <>
      <PageHead
        name="Memory"
        count={isLoaded ? `${hasMore ? `${number(keys.length)} or more keys` : plural(keys.length, 'key')}` : undefined}
        {...(current !== undefined ? { back: 'memory' } : {})}
      >
        {mayAct && (
          <Button look="primary" icon={<Plus {...icon} />} title="New key (N)" onClick={() => setCreating(true)}>
            New key
          </Button>
        )}
      </PageHead>
      <div className="flex min-h-0 flex-1">
        <section
          aria-label="Keys"
          className={clsx(
            'flex min-h-0 flex-col border-r bg-background lg:flex lg:w-[300px] lg:shrink-0',
            current === undefined ? 'w-full' : 'hidden',
          )}
        >
          <PrefixField prefix={prefix} onChange={(next) => change({ prefix: next || undefined }, true)} />
          <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-2">
            {error ? <Problem error={error} onRetry={reload} /> : !isLoaded && <Skeleton rows={12} />}
            {rows.length > 0 && <TreeView rows={rows} current={current} onToggle={toggle} onOpen={show} />}
            {hasMore && (
              <p className="px-2 py-3 text-xs text-foreground-2">These are the first {number(most)} keys. Type a prefix to see others.</p>
            )}
            {isLoaded && keys.length === 0 && !error && <NoKeys prefix={prefix} onClear={() => change({ prefix: undefined })} />}
          </div>
        </section>
        {current === undefined ? (
          <main id="main" className="hidden min-w-0 flex-1 bg-card lg:block">
            {isLoaded && keys.length > 0 && (
              <Empty icon={<Database {...icon} size={24} />} title="Choose a key">
                Its value, its versions, and who may read and write it stand here.
              </Empty>
            )}
          </main>
        ) : (
          <EntryView key={current} name={current} known={version} onGone={() => show(undefined)} />
        )}
      </div>
      <Suspense>
        {isCreating && (
          <NewKey
            prefix={current !== undefined ? (prefixesOf(current).at(-1) ?? '') : prefix}
            onDone={show}
            onClose={() => setCreating(false)}
          />
        )}
      </Suspense>
    </>
  );
}

const typingPause = 250;

function PrefixField({ prefix, onChange }: { prefix: string; onChange: (prefix: string) => void }) {
  const [text, setText] = useState(prefix);
  useEffect(() => setText(prefix), [prefix]);
  useEffect(() => {
    if (text === prefix) return;
    const timer = setTimeout(() => onChange(text), typingPause);
    return () => clearTimeout(timer);
  });
  return (
    <label className="m-2 flex h-7 items-center gap-2 rounded-md border border-border-strong bg-card px-2 focus-within:border-accent coarse:h-11">
      <Search {...icon} size={14} className="shrink-0 text-foreground-3" />
      <span className="sr-only">Prefix</span>
      <input
        data-search
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder="Prefix, such as plan/"
        maxLength={512}
        spellCheck={false}
        className="min-w-0 flex-1 bg-transparent text-xs outline-none"
      />
      <Kbd>/</Kbd>
    </label>
  );
}

function NoKeys({ prefix, onClear }: { prefix: string; onClear: () => void }) {
  if (prefix)
    return (
      <Empty
        icon={<SearchX {...icon} size={24} />}
        title="No key begins like this"
        action={<Button onClick={onClear}>Show all keys</Button>}
      >
        The prefix is <span className="said font-mono text-xs">{prefix}</span>. Upper and lower case differ.
      </Empty>
    );
  return (
    <Empty icon={<Database {...icon} size={24} />} title="Nothing is remembered yet">
      Agents share values under keys: a contract, a decision, a lock.
      <Command>{`parley memory set plan/login '{"status": "in review"}'`}</Command>
    </Empty>
  );
}
