import clsx from 'clsx';
import { ChevronLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { useMayAct } from '../live/session.ts';
import { Button } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { composing } from './frame-keys.tsx';
import { ProjectLink } from './link.tsx';

interface HeadProps {
  name: ReactNode;
  /** Beside the name, in grey. */
  count?: ReactNode;
  views?: ReactNode;
  /** On the right; the one primary action comes last. */
  children?: ReactNode;
  /** Where the arrow leads that a phone shows. */
  back?: string;
  className?: string;
}

/** The head of a page: 48 px. */
export function PageHead({ name, count, views, children, back, className }: HeadProps) {
  const mayAct = useMayAct();
  return (
    <header
      className={clsx(
        'flex min-h-12 shrink-0 items-center gap-x-3 border-b bg-card px-4',
        views && 'max-md:flex-wrap max-md:py-1.5',
        className,
      )}
    >
      {back !== undefined && (
        <ProjectLink
          to={back}
          aria-label="Back"
          className="-ml-1 inline-flex size-8 items-center justify-center rounded-md hover:bg-secondary lg:hidden"
        >
          <ChevronLeft {...icon} />
        </ProjectLink>
      )}
      <h1 tabIndex={-1} className="said min-w-0 truncate text-base font-semibold" dir="auto">
        {name}
      </h1>
      {count !== undefined && <span className="shrink-0 truncate text-xs text-foreground-2 max-sm:hidden">{count}</span>}
      {views && <div className="min-w-0 max-md:order-last max-md:w-full max-md:pb-2">{views}</div>}
      <span className="flex-1" />
      {!mayAct && (
        <span className="rounded-sm border px-2 text-xs text-foreground-2" title="As an observer, you see everything and change nothing.">
          Read only
        </span>
      )}
      {children}
    </header>
  );
}

export function ComposeButton() {
  const mayAct = useMayAct();
  if (!mayAct) return null;
  return (
    <Button look="primary" keys="C" onClick={() => composing.set('')}>
      Compose
    </Button>
  );
}

/** The views of a page, as links. */
export function Views({ views }: { views: readonly { name: string; to: string; isCurrent: boolean }[] }) {
  return (
    <nav aria-label="Views" className="relative flex min-w-0 gap-1 overflow-x-auto">
      {views.map(({ name, to, isCurrent }) => (
        <ProjectLink
          key={to}
          to={to}
          className={clsx(
            'flex h-7 shrink-0 items-center rounded-md px-2.5 coarse:h-11',
            isCurrent ? 'bg-secondary font-medium' : 'text-foreground-2 hover:bg-muted',
          )}
        >
          {name}
        </ProjectLink>
      ))}
    </nav>
  );
}
