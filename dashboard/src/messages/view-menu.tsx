import { Bookmark, BookmarkPlus, Pencil, Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useAddressQuery } from '../app/query.ts';
import { useLive } from '../live/live.ts';
import { useCell } from '../live/store.ts';
import { Button } from '../ui/button.tsx';
import { icon, smallIcon } from '../ui/icon.ts';
import { Actions } from '../ui/menu.tsx';
import { say } from '../ui/toast.tsx';
import { fields, type Filter } from './filter.ts';
import { isFiltered, sameFilter, viewsIn, withoutView, withView, type SavedView } from './views.ts';

const NameDialog = lazy(() => import('./view-name.tsx'));
const noFields = Object.fromEntries([...fields, 'q'].map((field) => [field, undefined]));

/** Filters that were saved under a name: to choose, rename, and delete. The chosen one is in the address, with its filters. */
export function ViewMenu({ filter }: { filter: Filter }) {
  const { project } = useLive();
  const [query, change] = useAddressQuery();
  const views = viewsIn(project);
  const all = useCell(views.all);
  const [naming, setNaming] = useState<'new' | 'rename'>();
  const current = all.find(({ name }) => name === query['view']);
  const isChanged = current !== undefined && !sameFilter(current.filter, filter);
  const choose = (view: SavedView) => change({ ...noFields, ...view.filter.values, q: view.filter.q || undefined, view: view.name });
  const remove = (view: SavedView) => {
    const before = all;
    views.set(withoutView(all, view.name));
    change({ view: undefined });
    say({
      text: `The view “${view.name}” is deleted`,
      action: {
        label: 'Undo',
        run: () => {
          views.set(before);
          choose(view);
        },
      },
    });
  };
  const named = (name: string) => {
    const kept = naming === 'rename' && current ? { all: withoutView(all, current.name), filter: current.filter } : { all, filter };
    views.set(withView(kept.all, { name, filter: kept.filter }));
    change({ view: name });
  };
  return (
    <>
      {all.length > 0 && (
        <Actions
          trigger={
            <Button look="ghost" icon={<Bookmark {...icon} />} title="Saved views" className={current ? 'text-foreground!' : ''}>
              <span className="said max-w-40 truncate">{current?.name ?? 'Views'}</span>
              {isChanged && <span className="font-normal text-foreground-2">changed</span>}
            </Button>
          }
          actions={[
            ...all.map((view) => ({
              label: <span className="said max-w-64 truncate">{view.name}</span>,
              icon: <Bookmark {...smallIcon} className={view === current ? '' : 'invisible'} />,
              onSelect: () => choose(view),
            })),
            ...(current
              ? [
                  { label: 'Rename it', icon: <Pencil {...smallIcon} />, onSelect: () => setNaming('rename') },
                  { label: 'Delete it', icon: <Trash2 {...smallIcon} />, isBad: true, onSelect: () => remove(current) },
                ]
              : []),
          ]}
        />
      )}
      {isChanged && (
        <Button look="ghost" onClick={() => views.set(withView(all, { name: current.name, filter }))}>
          Update view
        </Button>
      )}
      {isFiltered(filter) && (!current || isChanged) && (
        <Button look="ghost" icon={<BookmarkPlus {...icon} />} onClick={() => setNaming('new')}>
          Save view
        </Button>
      )}
      <Suspense>
        {naming && (
          <NameDialog
            current={naming === 'rename' ? current?.name : undefined}
            taken={all.map(({ name }) => name)}
            onName={named}
            onClose={() => setNaming(undefined)}
          />
        )}
      </Suspense>
    </>
  );
}
