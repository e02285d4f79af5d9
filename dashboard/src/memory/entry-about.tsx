import clsx from 'clsx';
import { Eye, Lock } from 'lucide-react';
import { useMemo } from 'react';
import type { MemoryEntry, MemoryVersion } from '../live/types.ts';
import { Ago, At, Left } from '../parts/ago.tsx';
import { changedInWords, differenceOf } from '../parts/json/difference.ts';
import { linesOf, textOfLine } from '../parts/json/lines.ts';
import { useNames, usePerson } from '../parts/people.ts';
import { Tile } from '../parts/tile.tsx';
import { icon } from '../ui/icon.ts';

interface Props {
  entry: MemoryEntry;
  versions: readonly MemoryVersion[];
  shown: number;
  onShow: (version: number) => void;
}

/** The versions of a key, who may read and write it, and how long it lives. */
export function EntryAbout({ entry, versions, shown, onShow }: Props) {
  const texts = useMemo(() => versions.map(({ value }) => linesOf(value).map(textOfLine)), [versions]);
  return (
    <aside
      aria-label="About this key"
      className="w-full shrink-0 overflow-y-auto border-l bg-background p-4 max-xl:border-l-0 max-xl:border-t xl:w-[284px]"
    >
      <h2 className="mb-2 text-xs">Versions</h2>
      <ul className="-mx-2">
        {versions.map((version, index) => (
          <Version
            key={version.version}
            version={version}
            isShown={version.version === shown}
            what={
              texts[index + 1]
                ? changedInWords(differenceOf(texts[index + 1]!, texts[index]!))
                : version.updated_at === entry.created_at
                  ? 'created'
                  : 'the oldest that is kept'
            }
            onShow={onShow}
          />
        ))}
      </ul>
      <h2 className="mb-2 mt-5 text-xs">Who may</h2>
      <WhoMay entry={entry} />
      <h2 className="mb-2 mt-5 text-xs">Lifetime</h2>
      <dl className="grid grid-cols-[auto_1fr] gap-y-1.5 text-xs [&_dd]:text-right [&_dt]:text-foreground-2">
        <dt>made</dt>
        <dd>
          <At time={entry.created_at} />
        </dd>
        <dt>expires</dt>
        <dd>{entry.expires_at ? <Left time={entry.expires_at} /> : 'never'}</dd>
      </dl>
    </aside>
  );
}

function Version(props: { version: MemoryVersion; isShown: boolean; what: string; onShow: (version: number) => void }) {
  const { version, isShown, what, onShow } = props;
  const person = usePerson(version.updated_by);
  return (
    <li>
      <button
        type="button"
        aria-current={isShown ? 'true' : undefined}
        onClick={() => onShow(version.version)}
        className={clsx(
          'grid w-full grid-cols-[auto_1fr_auto] gap-x-2 rounded-lg border px-2 py-1.5 text-left',
          isShown ? 'border-border-strong bg-card' : 'border-transparent hover:bg-muted',
        )}
      >
        <span className="min-w-6 text-xs text-foreground-2">
          <span className="sr-only">version </span>
          {version.version}
        </span>
        <span className="flex min-w-0 items-center gap-2">
          <Tile person={person} size={16} />
          <span className="said truncate">{person.name}</span>
        </span>
        <Ago time={version.updated_at} className="text-xs text-foreground-2" />
        <span className="col-start-2 col-span-2 text-xs text-foreground-2">{what}</span>
      </button>
    </li>
  );
}

function WhoMay({ entry }: { entry: MemoryEntry }) {
  const { read, write } = entry.access_control ?? {};
  return (
    <dl className="space-y-2 text-xs">
      <div className="flex items-baseline gap-2">
        <Eye {...icon} size={14} className="shrink-0 self-center text-foreground-2" />
        <dt className="text-foreground-2">read</dt>
        <dd className="said min-w-0 flex-1 text-right">
          <Who list={read} />
        </dd>
      </div>
      <div className="flex items-baseline gap-2">
        <Lock {...icon} size={14} className="shrink-0 self-center text-foreground-2" />
        <dt className="text-foreground-2">write</dt>
        <dd className="said min-w-0 flex-1 text-right">
          {read && write ? (
            <>
              who may read, and is <Who list={write} />
            </>
          ) : (
            <Who list={write ?? read} />
          )}
        </dd>
      </div>
    </dl>
  );
}

function Who({ list }: { list: readonly string[] | null | undefined }) {
  const names = useNames();
  if (!list || list.includes('*')) return 'everyone';
  if (list.length === 0) return 'no agent';
  return list.map(names).join(', ');
}
