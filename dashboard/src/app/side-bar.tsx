import { Link, useRouterState } from '@tanstack/react-router';
import clsx from 'clsx';
import { ChevronsUpDown, Ellipsis, LogOut, Monitor, Moon, Search, Settings, Sun } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useLive } from '../live/live.ts';
import { queries, signOut, useMe } from '../live/session.ts';
import { useCell } from '../live/store.ts';
import { useProblems } from '../now/use-problems.ts';
import { NotifySwitch } from '../notify/notify.tsx';
import { useDeadCount, useOpenQuestions } from '../parts/attention.ts';
import { Logo } from '../parts/logo.tsx';
import { Tile } from '../parts/tile.tsx';
import { number, precise } from '../parts/times.ts';
import { IconButton } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { Kbd } from '../ui/kbd.tsx';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';
import { searching } from './frame-keys.tsx';
import { pages, tabs, type Badge, type Page } from './pages.ts';
import { useProjectId, useProjects } from './projects.ts';
import { setTheme, theme } from './theme.ts';

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
const ProjectMenu = lazy(() => import('./project-menu.tsx'));

export function useProjectName(): string {
  const project = useProjectId();
  return useProjects().data?.items.find(({ project_id }) => project_id === project)?.name ?? project;
}

function useBadge(badge: Badge | undefined): number {
  const questions = useOpenQuestions().length;
  const problems = useProblems().length;
  const dead = useDeadCount();
  switch (badge) {
    case 'questions':
      return questions;
    case 'dead':
      return dead;
    case 'problems':
      return questions + problems;
    default:
      return 0;
  }
}

function useCurrent(): Page | undefined {
  const path = useRouterState({
    select: ({ location }) => (location.pathname.startsWith('/p/') ? location.pathname.split('/').slice(3).join('/') : ''),
  });
  return [...pages].sort((a, b) => b.path.length - a.path.length).find((page) => path === page.path || path.startsWith(`${page.path}/`));
}

/** Where one can go: 212 px wide, or a rail of icons on a smaller window. */
export function SideBar({ isWide }: { isWide: boolean }) {
  const groups = ['', 'Talk', 'Work', 'Care'] as const;
  // In the rail, what is not seen stays there for screen readers.
  const hide = isWide ? 'sr-only xl:not-sr-only' : 'sr-only';
  return (
    <section
      aria-label="Project"
      className={clsx('hidden shrink-0 flex-col border-r bg-background md:flex', isWide ? 'w-[52px] xl:w-[212px]' : 'w-[52px]')}
    >
      <ProjectHead hide={hide} />
      <SearchButton hide={hide} />
      <nav aria-label="Pages" className="min-h-0 flex-1 overflow-y-auto px-3">
        {groups.map((group) => (
          <div key={group} className={group ? 'mt-4' : ''}>
            {group && <p className={clsx('mb-1 px-1.5 text-xs text-foreground-2', hide)}>{group}</p>}
            <ul>
              {pages
                .filter((page) => page.group === group)
                .map((page) => (
                  <NavItem key={page.path} page={page} hide={hide} />
                ))}
            </ul>
          </div>
        ))}
      </nav>
      <Foot hide={hide} isWide={isWide} />
    </section>
  );
}

/** Opens the palette. */
function SearchButton({ hide }: { hide: string }) {
  return (
    <div className="px-3 pb-2">
      <button
        type="button"
        onClick={() => searching.set(true)}
        title="Search or jump to (Ctrl K)"
        className="flex h-7 w-full items-center gap-2 rounded-md border border-border-strong bg-card px-1.5 text-foreground-2 hover:border-control coarse:h-11"
      >
        <Search {...icon} size={14} className="shrink-0" />
        <span className={clsx('flex-1 text-left text-xs whitespace-nowrap!', hide)}>Search or jump to</span>
        <span className={hide}>
          <Kbd>{isMac ? '⌘K' : 'Ctrl K'}</Kbd>
        </span>
      </button>
    </div>
  );
}

function ProjectHead({ hide }: { hide: string }) {
  const name = useProjectName();
  const [isReady, setReady] = useState(false);
  const face = (
    <>
      <span className="inline-flex size-[22px] shrink-0 items-center justify-center rounded-sm bg-primary text-primary-foreground">
        <Logo size={14} />
      </span>
      <span className={clsx('min-w-0 flex-1 truncate text-left font-semibold', hide)}>{name}</span>
      <ChevronsUpDown {...icon} className={clsx('text-foreground-3', hide)} />
    </>
  );
  const look = 'flex h-12 w-full items-center gap-2 px-[15px]';
  const button = (
    <button
      type="button"
      className={look}
      onPointerEnter={() => setReady(true)}
      onFocus={() => setReady(true)}
      aria-label={`Project ${name}`}
    >
      {face}
    </button>
  );
  return isReady ? (
    <Suspense fallback={button}>
      <ProjectMenu className={look}>{face}</ProjectMenu>
    </Suspense>
  ) : (
    button
  );
}

function NavItem({ page, hide }: { page: Page; hide: string }) {
  const project = useProjectId();
  const isCurrent = useCurrent() === page;
  const count = useBadge(page.badge);
  const Icon = page.icon;
  return (
    <li>
      <Link
        to={`/p/${encodeURIComponent(project)}/${page.path}` as never}
        aria-current={isCurrent ? 'page' : undefined}
        title={`${page.name} (G ${page.key.toUpperCase()})`}
        className={clsx(
          'relative flex h-7 items-center gap-2 rounded-md px-1.5 coarse:h-11',
          isCurrent ? 'bg-secondary font-medium' : 'text-foreground-2 hover:bg-muted hover:text-foreground',
        )}
      >
        <Icon {...icon} className="shrink-0" />
        <span className={clsx('flex-1', hide)}>{page.name}</span>
        {count > 0 && (
          <Count
            badge={page.badge!}
            count={count}
            className="max-xl:absolute max-xl:-right-2 max-xl:-top-1 max-xl:h-4 max-xl:min-w-4 max-xl:text-2xs"
          />
        )}
      </Link>
    </li>
  );
}

function Count({ badge, count, className }: { badge: Badge; count: number; className?: string }) {
  const words = { questions: 'waiting for you', dead: 'dead', problems: 'to look at' }[badge];
  return (
    <span
      className={clsx(
        'inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-sm px-1 text-xs font-semibold',
        badge === 'questions' && 'bg-person-solid text-[oklch(0.15_0.01_25)]',
        badge === 'dead' && 'text-bad max-xl:bg-bad-soft',
        badge === 'problems' && 'text-foreground-2 max-xl:bg-secondary max-xl:font-medium',
        className,
      )}
    >
      {number(count)}
      <span className="sr-only"> {words}</span>
    </span>
  );
}

function Foot({ hide, isWide }: { hide: string; isWide: boolean }) {
  const me = useMe();
  const chosen = useCell(theme);
  const next = { system: 'light', light: 'dark', dark: 'system' } as const;
  const Icon = { system: Monitor, light: Sun, dark: Moon }[chosen];
  const name = me.name ?? me.agent_id ?? me.kind.charAt(0).toUpperCase() + me.kind.slice(1);
  const leave = () =>
    void signOut()
      .catch((error: unknown) => say({ text: detailOf(error), isBad: true }))
      .then(() => queries.invalidateQueries({ queryKey: ['me'] }));
  return (
    <div className="border-t px-3 py-2">
      <LineState hide={hide} />
      <div className={clsx('flex items-center gap-2 px-1', isWide ? 'max-xl:flex-col' : 'flex-col')}>
        <Tile person={{ id: name, name, look: 'human', hue: null }} size={20} />
        <span className={clsx('min-w-0 flex-1 truncate', hide)} title={`${me.kind}: ${name}`}>
          {name}
        </span>
        <NotifySwitch />
        <Link
          to="/settings"
          aria-label="Settings"
          title="Settings (G S)"
          className="relative inline-flex size-7 shrink-0 items-center justify-center rounded-md text-foreground-2 hover:bg-secondary hover:text-foreground coarse:after:absolute coarse:after:-inset-2"
        >
          <Settings {...icon} />
        </Link>
        <IconButton label={`Theme: ${chosen}. Switch to ${next[chosen]}.`} onClick={() => setTheme(next[chosen])}>
          <Icon {...icon} />
        </IconButton>
        <IconButton label="Sign out" onClick={leave} className="-ml-1">
          <LogOut {...icon} />
        </IconButton>
      </div>
    </div>
  );
}

const statsEvery = 10_000;

/** How fast messages come, and how long the server takes to answer. */
export function useStats() {
  const { parley, project } = useLive();
  return useQuery({
    queryKey: ['stats', project],
    queryFn: async () => {
      const asked = performance.now();
      const stats = await parley.rest.get('/stats', { repeat: false });
      return { ...stats, answered_in: performance.now() - asked };
    },
    refetchInterval: statsEvery,
  });
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
      {isOpen && (
        <ul className="grid grid-cols-2 gap-1 border-b p-2">
          {others.map((page) => (
            <li key={page.path}>
              <Link
                to={`/p/${encodeURIComponent(project)}/${page.path}` as never}
                onClick={() => setOpen(false)}
                className="flex h-11 items-center gap-2 rounded-md px-3 hover:bg-secondary"
              >
                <page.icon {...icon} />
                {page.name}
              </Link>
            </li>
          ))}
          <li>
            <Link to="/settings" onClick={() => setOpen(false)} className="flex h-11 items-center gap-2 rounded-md px-3 hover:bg-secondary">
              <Settings {...icon} />
              Settings
            </Link>
          </li>
        </ul>
      )}
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
