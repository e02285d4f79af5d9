import { Ellipsis, Link2, Pencil, Radio, SearchX, Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useKeys } from '../app/keys.ts';
import { useAddressQuery } from '../app/query.ts';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import { useCell } from '../live/store.ts';
import { JsonView } from '../parts/json/json-view.tsx';
import { reveal } from '../parts/text/parse.ts';
import { number } from '../parts/times.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Actions } from '../ui/menu.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { say } from '../ui/toast.tsx';
import { EntryAbout } from './entry-about.tsx';
import { Editor } from './editor.tsx';
import { draftOf } from './saving.ts';
import { useEntry, type OpenEntry } from './use-memory.ts';

const DeleteDialog = lazy(() => import('./delete-dialog.tsx'));

interface Props {
  name: string;
  /** The newest version that the tree knows of. */
  known: number | undefined;
  onGone: () => void;
}

/** One key: its value with what has changed since the version before, and all about it. */
export function EntryView({ name, known, onGone }: Props) {
  const { data, error, refetch, isPending } = useEntry(name, known);
  if (error) return <Beside>{<Problem error={error} onRetry={() => void refetch()} />}</Beside>;
  if (isPending) return <Beside>{<Skeleton />}</Beside>;
  if (!data)
    return (
      <Beside>
        <Empty
          icon={<SearchX {...icon} size={24} />}
          title="This key does not exist"
          action={<Button onClick={onGone}>Back to the keys</Button>}
        >
          <span className="said font-mono text-xs">{reveal(name)}</span> was deleted, has expired, or was never set.
        </Empty>
      </Beside>
    );
  return <Open data={data} onGone={onGone} />;
}

function Beside({ children }: { children: React.ReactNode }) {
  return (
    <main id="main" className="min-w-0 flex-1 overflow-y-auto bg-card">
      {children}
    </main>
  );
}

function Open({ data, onGone }: { data: OpenEntry; onGone: () => void }) {
  const { entry, versions } = data;
  const [query, change] = useAddressQuery();
  const mayAct = useMayAct();
  const [isEditing, setEditing] = useState(() => mayAct && draftOf(entry) !== undefined);
  const [isDeleting, setDeleting] = useState(false);
  const at = versions.findIndex(({ version }) => String(version) === query['version']);
  const shown = at < 0 ? { ...entry, at: 0 } : { ...versions[at]!, at };
  const before = versions[shown.at + 1];
  const isOld = shown.version !== entry.version;
  const edit = () => {
    change({ version: undefined });
    setEditing(true);
  };
  useKeys(mayAct && !isEditing ? { e: edit } : {});
  return (
    <div className="flex min-h-0 min-w-0 flex-1 max-xl:flex-col max-xl:overflow-y-auto">
      <main id="main" className="flex min-h-0 min-w-0 flex-1 flex-col bg-card max-xl:min-h-[28rem]">
        <div className="flex min-h-12 shrink-0 items-center gap-3 border-b px-4 max-sm:flex-wrap max-sm:py-2">
          <h2 className="said min-w-0 truncate font-mono text-xs font-medium max-sm:w-full" dir="ltr" title={reveal(entry.key)}>
            {reveal(entry.key)}
          </h2>
          <span className="shrink-0 rounded-sm bg-secondary px-1.5 text-xs text-foreground-2">version {shown.version}</span>
          <span className="flex-1" />
          <Watched />
          <IconButton
            label="Copy the link"
            onClick={() => void navigator.clipboard?.writeText(location.href).then(() => say('Link copied'))}
          >
            <Link2 {...icon} />
          </IconButton>
          {mayAct && !isEditing && (
            <>
              <Actions
                trigger={
                  <IconButton label="More">
                    <Ellipsis {...icon} />
                  </IconButton>
                }
                actions={[{ label: 'Delete key', icon: <Trash2 {...icon} />, isBad: true, onSelect: () => setDeleting(true) }]}
              />
              <Button icon={<Pencil {...icon} size={14} />} keys="E" onClick={edit}>
                Edit
              </Button>
            </>
          )}
        </div>
        {isEditing ? (
          <Editor entry={entry} onClose={() => setEditing(false)} />
        ) : (
          <>
            {isOld && (
              <p className="flex items-center gap-3 border-b bg-muted px-4 py-1.5">
                <span className="flex-1">This is an older version.</span>
                <Button size="small" onClick={() => change({ version: undefined })}>
                  Show the newest
                </Button>
              </p>
            )}
            <JsonView key={shown.version} value={shown.value} {...(before ? { before: before.value } : {})} label="Value" />
            <div className="flex flex-wrap gap-x-4 border-t px-4 py-2 text-xs text-foreground-2">
              <span className="flex-1">JSON, {bytesOf(shown.value)} of 256&nbsp;KiB</span>
              {before && <span>green: changed since version {before.version}</span>}
            </div>
          </>
        )}
      </main>
      <EntryAbout
        entry={entry}
        versions={versions}
        shown={shown.version}
        onShow={(version) => {
          setEditing(false);
          change({ version: version === entry.version ? undefined : String(version) });
        }}
      />
      <Suspense>{isDeleting && <DeleteDialog entry={entry} onGone={onGone} onClose={() => setDeleting(false)} />}</Suspense>
    </div>
  );
}

/** Whether what is shown follows the server. */
function Watched() {
  const { line } = useLive();
  if (useCell(line).status !== 'live') return null;
  return (
    <span className="flex shrink-0 items-center gap-1.5 text-xs text-foreground-2">
      <Radio {...icon} size={14} className="text-good" />
      <span className="max-sm:sr-only">watched live</span>
    </span>
  );
}

function bytesOf(value: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value)).length;
  return bytes < 10_000 ? `${number(bytes)}\u00a0bytes` : `${number(Math.round(bytes / 1024))}\u00a0KiB`;
}
