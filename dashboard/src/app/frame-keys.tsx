import { lazy, Suspense, useEffect, useState } from 'react';
import { useMayAct } from '../live/session.ts';
import { Cell, useCell } from '../live/store.ts';
import { useKeys } from './keys.ts';
import { pages } from './pages.ts';
import { useGo } from './query.ts';
import { useNavigate } from '@tanstack/react-router';

const loadKeySheet = () => import('./key-sheet.tsx');
const loadPalette = () => import('../palette/palette.tsx');
const loadCompose = () => import('../compose/compose.tsx');
const KeySheet = lazy(loadKeySheet);
const Palette = lazy(loadPalette);
const Compose = lazy(loadCompose);
/** What floats is loaded when the page has come to rest, so that the first view does not wait for it and no key does either. */
const rest = 1500;

/** The address to write to, or '' for any; null while nobody writes. */
export const composing = new Cell<string | null>(null);

/** Whether the palette is open. */
export const searching = new Cell(false);

/** The keys that work on every page. */
export function FrameKeys({ toggleSideBar }: { toggleSideBar: () => void }) {
  const go = useGo();
  const navigate = useNavigate();
  const mayAct = useMayAct();
  const to = useCell(composing);
  const isSearching = useCell(searching);
  const [isSheetOpen, setSheetOpen] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => void Promise.all([loadPalette(), loadCompose(), loadKeySheet()]).catch(() => undefined), rest);
    return () => clearTimeout(timer);
  }, []);
  useKeys({
    ...Object.fromEntries(pages.map(({ key, path }) => [`g ${key}`, () => go(path)])),
    'g s': () => void navigate({ to: '/settings' }),
    'Ctrl+K': () => searching.set(true),
    '?': () => setSheetOpen(true),
    '[': toggleSideBar,
    '/': () => document.querySelector<HTMLInputElement>('[data-search]')?.focus(),
    ...(mayAct ? { c: () => composing.set('') } : {}),
  });
  return (
    <Suspense>
      {isSearching && <Palette onClose={() => searching.set(false)} />}
      {isSheetOpen && <KeySheet onClose={() => setSheetOpen(false)} />}
      {to !== null && <Compose to={to} onClose={() => composing.set(null)} />}
    </Suspense>
  );
}
