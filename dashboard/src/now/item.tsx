import { Ellipsis } from 'lucide-react';
import { lazy, Suspense, type ReactNode } from 'react';
import { useGo } from '../app/query.ts';
import { useMayAct } from '../live/session.ts';
import type { AttentionItem } from '../live/types.ts';
import { Ago } from '../parts/ago.tsx';
import { usePerson } from '../parts/people.ts';
import { Tile } from '../parts/tile.tsx';
import { Button } from '../ui/button.tsx';
import { smallIcon } from '../ui/icon.ts';

const SnoozeMenu = lazy(() => import('./snooze-menu.tsx'));

interface Props {
  readonly item: AttentionItem;
  readonly icon: ReactNode;
  readonly sentence: ReactNode;
  readonly evidence: ReactNode;
  readonly action: ReactNode;
}

/** A row of what is stuck. */
export function Item({ item, icon, sentence, evidence, action }: Props) {
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-2 px-3.5 py-3">
      <span className="mt-0.5 shrink-0">{icon}</span>
      <div className="min-w-0 flex-1 basis-52">
        <p className="said font-medium">{sentence}</p>
        <p className="said text-xs text-foreground-2">{evidence}</p>
      </div>
      <Ago time={item.since} className="mt-1 text-xs text-foreground-2" />
      {action}
      <More item={item} />
    </li>
  );
}

/** What else can be done with something that needs attention. */
export function More({ item }: { item: AttentionItem }) {
  const mayAct = useMayAct();
  if (!mayAct) return null;
  // Its place is kept until the menu is here.
  return (
    <Suspense fallback={<Button look="ghost" disabled icon={<Ellipsis {...smallIcon} />} aria-label="More" />}>
      <SnoozeMenu item={item} />
    </Suspense>
  );
}

export function Who({ id }: { id: string }) {
  const person = usePerson(id);
  return (
    <span className="inline-flex items-center gap-1 align-top">
      <Tile person={person} size={18} />
      {person.name}
    </span>
  );
}

export function Go({ to, query, children }: { to: string; query?: Record<string, string>; children: ReactNode }) {
  const go = useGo();
  return <Button onClick={() => go(to, query)}>{children}</Button>;
}
