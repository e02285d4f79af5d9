import { lazy, Suspense, useState } from 'react';
import { useMayAct } from '../live/session.ts';
import { Cell, useCell } from '../live/store.ts';
import { useKeys } from './keys.ts';
import { pages } from './pages.ts';
import { useGo } from './query.ts';

const KeySheet = lazy(() => import('./key-sheet.tsx'));
const Compose = lazy(() => import('../compose/compose.tsx'));

/** The address to write to, or '' for any; null while nobody writes. */
export const composing = new Cell<string | null>(null);

/** The keys that work on every page. */
export function FrameKeys({ toggleSideBar }: { toggleSideBar: () => void }) {
  const go = useGo();
  const mayAct = useMayAct();
  const to = useCell(composing);
  const [isSheetOpen, setSheetOpen] = useState(false);
  useKeys({
    ...Object.fromEntries(pages.map(({ key, path }) => [`g ${key}`, () => go(path)])),
    '?': () => setSheetOpen(true),
    '[': toggleSideBar,
    '/': () => document.querySelector<HTMLInputElement>('[data-search]')?.focus(),
    ...(mayAct ? { c: () => composing.set('') } : {}),
  });
  return (
    <Suspense>
      {isSheetOpen && <KeySheet onClose={() => setSheetOpen(false)} />}
      {to !== null && <Compose to={to} onClose={() => composing.set(null)} />}
    </Suspense>
  );
}
