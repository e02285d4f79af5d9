import clsx from 'clsx';
import type { ReactNode } from 'react';

export function Kbd({ children, className, isOnPrimary }: { children: ReactNode; className?: string; isOnPrimary?: boolean }) {
  return (
    <kbd
      aria-hidden="true"
      className={clsx(
        'inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-sm border px-1 font-sans text-2xs font-normal coarse:hidden',
        isOnPrimary ? 'border-current/30' : 'border-border bg-card text-foreground-2',
        className,
      )}
    >
      {children}
    </kbd>
  );
}
