import type { ReactNode } from 'react';

interface Props {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** Says why there is nothing, and what to do next. */
export function Empty({ icon, title, children, action }: Props) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-2 px-6 py-16 text-center">
      <span className="text-foreground-3">{icon}</span>
      <p className="text-base font-semibold">{title}</p>
      {children && <div className="text-foreground-2">{children}</div>}
      {action && <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

export function Command({ children }: { children: string }) {
  return <code className="mt-2 block rounded-md border bg-muted px-3 py-2 text-left font-mono text-xs">{children}</code>;
}
