import { Link } from '@tanstack/react-router';
import clsx from 'clsx';
import { Bell, BellOff, Ellipsis, LogOut, Settings } from 'lucide-react';
import { useState } from 'react';
import { useNotifySwitch } from '../notify/notify.tsx';
import { icon } from '../ui/icon.ts';
import { Count, useBadge, useCurrent } from './nav.tsx';
import { leave, useThemeSwitch } from './own.ts';
import { pages, tabs, type Page } from './pages.ts';
import { useProjectId } from './projects.ts';

/** On a phone, below the page. */
export function BottomTabs() {
  const [isOpen, setOpen] = useState(false);
  const current = useCurrent();
  const project = useProjectId();
  const shown = pages.filter(({ path }) => tabs.includes(path));
  const others = pages.filter((page) => !shown.includes(page));
  const look = 'relative flex min-h-13 flex-1 flex-col items-center justify-center gap-0.5 text-2xs';
  return (
    <nav aria-label="Pages" className="shrink-0 border-t bg-background md:hidden">
      {isOpen && <More pages={others} project={project} onGo={() => setOpen(false)} />}
      <div className="flex">
        {shown.map((page) => (
          <Tab key={page.path} page={page} project={project} isCurrent={current === page} look={look} onGo={() => setOpen(false)} />
        ))}
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
          className={clsx(look, current && !shown.includes(current) ? 'font-medium' : 'text-foreground-2')}
        >
          <Ellipsis {...icon} size={20} />
          More
        </button>
      </div>
    </nav>
  );
}

const row = 'flex h-11 w-full items-center gap-2 rounded-md px-3 text-left hover:bg-secondary';

/** What has no tab: the other pages, and what one has set for oneself. */
function More({ pages: others, project, onGo }: { pages: readonly Page[]; project: string; onGo: () => void }) {
  const { label, icon: ThemeIcon, turn } = useThemeSwitch();
  const notify = useNotifySwitch();
  const NotifyIcon = notify?.isOn ? Bell : BellOff;
  return (
    <ul className="grid max-h-[60vh] grid-cols-2 gap-1 overflow-y-auto border-b p-2">
      {others.map((page) => (
        <li key={page.path}>
          <Link to={`/p/${encodeURIComponent(project)}/${page.path}` as never} onClick={onGo} className={row}>
            <page.icon {...icon} />
            {page.name}
          </Link>
        </li>
      ))}
      <li>
        <Link to="/settings" onClick={onGo} className={row}>
          <Settings {...icon} />
          Settings
        </Link>
      </li>
      {notify && (
        <li>
          <button type="button" role="switch" aria-checked={notify.isOn} onClick={notify.turn} className={row}>
            <NotifyIcon {...icon} className="shrink-0" />
            <span className="min-w-0 truncate">Browser notifications</span>
            <span aria-hidden="true" className="text-foreground-2">
              {notify.isOn ? 'on' : 'off'}
            </span>
          </button>
        </li>
      )}
      <li>
        <button type="button" aria-label={label} onClick={turn} className={row}>
          <ThemeIcon {...icon} />
          Theme
        </button>
      </li>
      <li>
        <button type="button" onClick={leave} className={row}>
          <LogOut {...icon} />
          Sign out
        </button>
      </li>
    </ul>
  );
}

function Tab({
  page,
  project,
  isCurrent,
  look,
  onGo,
}: {
  page: Page;
  project: string;
  isCurrent: boolean;
  look: string;
  onGo: () => void;
}) {
  const count = useBadge(page.badge);
  return (
    <Link
      to={`/p/${encodeURIComponent(project)}/${page.path}` as never}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={onGo}
      className={clsx(look, isCurrent ? 'font-medium' : 'text-foreground-2')}
    >
      <span className="relative">
        <page.icon {...icon} size={20} />
        {count > 0 && <Count badge={page.badge!} count={count} className="absolute -right-4 -top-1.5" />}
      </span>
      {page.name}
    </Link>
  );
}
