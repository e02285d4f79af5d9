import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useProjectId } from './projects.ts';
import type { Query } from './router.tsx';

interface Props {
  /** Within the project. */
  to: string;
  query?: Query;
  className?: string;
  children: ReactNode;
  'aria-label'?: string;
  title?: string;
}

/** A link to another place of the project. */
export function ProjectLink({ to, query, children, ...rest }: Props) {
  const project = useProjectId();
  return (
    <Link {...rest} to={`/p/${encodeURIComponent(project)}/${to}` as never} search={(query ?? {}) as never}>
      {children}
    </Link>
  );
}

/** A link within a line of text. */
export const textLink = 'underline decoration-border-strong underline-offset-2 hover:decoration-current';
