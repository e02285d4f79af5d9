import { ExternalLink, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { ProjectLink } from '../app/link.tsx';
import { IconButton } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { useIsSlim } from './width.ts';

interface Props {
  label: string;
  /** What it is, short: its id or number. */
  name: ReactNode;
  actions?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

/** Something beside a list, which stays usable; in place of the list where there is no room for both: the page hides its own below 1024 px. */
export function Beside({ label, name, actions, onClose, children }: Props) {
  const Tag = useIsSlim() ? 'main' : 'aside';
  return (
    <Tag aria-label={label} className="flex w-full shrink-0 flex-col overflow-hidden bg-card lg:w-[404px] lg:border-l 2xl:w-[460px]">
      <div className="flex min-h-10 items-center gap-0.5 border-b px-4">
        <span className="said min-w-0 flex-1 truncate font-mono text-xs text-foreground-2">{name}</span>
        {actions}
        <IconButton label="Close" onClick={onClose} className="-mr-1.5">
          <X {...icon} />
        </IconButton>
      </div>
      {children}
    </Tag>
  );
}

/** To the same as a page of its own. */
export function PageLink({ to, label }: { to: string; label: string }) {
  return (
    <ProjectLink
      to={to}
      aria-label={label}
      title={label}
      className="inline-flex size-7 items-center justify-center rounded-md text-foreground-2 hover:bg-secondary"
    >
      <ExternalLink {...icon} />
    </ProjectLink>
  );
}
