import { Link } from '@tanstack/react-router';
import clsx from 'clsx';
import { Settings } from 'lucide-react';
import { useLive } from '../live/live.ts';
import { useMe } from '../live/session.ts';
import { useCell } from '../live/store.ts';
import { useStats } from '../live/use-stats.ts';
import { NotifySwitch } from '../notify/notify.tsx';
import { Tile } from '../parts/tile.tsx';
import { number, precise } from '../parts/times.ts';
import { IconButton } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { LazyMenu, lazyMenu } from './lazy-menu.tsx';
import { useOwnName, useThemeSwitch } from './own.ts';

const ownMenu = lazyMenu(() => import('./own-menu.tsx'));

/** At the foot of the bar: whether the page is live, who one is, and what one has set for oneself. */
export function Foot({ hide, isWide }: { hide: string; isWide: boolean }) {
  const { kind } = useMe();
  const name = useOwnName();
  const { label, icon: ThemeIcon, turn } = useThemeSwitch();
  return (
    <div className="border-t px-3 py-2">
      <LineState hide={hide} />
      <div className={clsx('flex items-center', isWide ? 'max-xl:flex-col max-xl:gap-2' : 'flex-col gap-2')}>
        <LazyMenu menu={ownMenu} className="flex min-w-0 flex-1 items-center gap-2 rounded-md px-1 text-left">
          <Tile person={{ id: name, name, look: 'human', hue: null }} size={20} />
          <span className={clsx('min-w-0 flex-1 truncate', hide)} title={`${kind}: ${name}`}>
            {name}
            <span className="sr-only">, {kind}</span>
          </span>
        </LazyMenu>
        <NotifySwitch />
        <Link
          to="/settings"
          aria-label="Settings"
          title="Settings (G S)"
          className="relative inline-flex size-7 shrink-0 items-center justify-center rounded-md text-foreground-2 hover:bg-secondary hover:text-foreground coarse:after:absolute coarse:after:-inset-2"
        >
          <Settings {...icon} />
        </Link>
        <IconButton label={label} onClick={turn}>
          <ThemeIcon {...icon} />
        </IconButton>
      </div>
    </div>
  );
}

/** A rate in few figures. */
function rateOf(rate = 0): string {
  return rate < 10 ? String(Number(rate.toFixed(1))) : number(Math.round(rate));
}

function LineState({ hide }: { hide: string }) {
  const { line } = useLive();
  const { status } = useCell(line);
  const { data } = useStats();
  const isLive = status === 'live';
  const word = { live: 'Live', connecting: 'Connecting', cut: 'Not live', ended: 'Signed out' }[status];
  return (
    <div className="mb-1 flex h-6 items-center gap-2 px-1 text-xs" title={word}>
      <span
        aria-hidden="true"
        className={clsx(
          'mx-1.5 size-2 shrink-0 rounded-full',
          isLive ? 'bg-good-solid' : status === 'connecting' ? 'bg-calm-solid' : 'bg-person-solid',
        )}
      />
      <span className={clsx('flex-1', hide)}>{word}</span>
      {isLive && data && (
        <span className={clsx('text-foreground-3', hide)} title="Messages a second, and how long the server takes to answer">
          {rateOf(data.messages.per_second)}/s · {precise(data.answered_in)}
        </span>
      )}
    </div>
  );
}
