import { Link } from '@tanstack/react-router';
import clsx from 'clsx';
import { ChevronsUpDown, Search } from 'lucide-react';
import { Logo } from '../parts/logo.tsx';
import { icon } from '../ui/icon.ts';
import { Kbd } from '../ui/kbd.tsx';
import { searching } from './frame-keys.tsx';
import { LazyMenu, lazyMenu } from './lazy-menu.tsx';
import { Count, useBadge, useCurrent } from './nav.tsx';
import { pages, type Page } from './pages.ts';
import { useProjectId, useProjectName } from './projects.ts';
import { Foot } from './side-foot.tsx';

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
const projectMenu = lazyMenu(() => import('./project-menu.tsx'));

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
  return (
    <LazyMenu menu={projectMenu} label={`Project ${name}`} className="flex h-12 w-full items-center gap-2 px-[15px]">
      <span className="inline-flex size-[22px] shrink-0 items-center justify-center rounded-sm bg-primary text-primary-foreground">
        <Logo size={14} />
      </span>
      <span className={clsx('min-w-0 flex-1 truncate text-left font-semibold', hide)}>{name}</span>
      <ChevronsUpDown {...icon} className={clsx('text-foreground-3', hide)} />
    </LazyMenu>
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
