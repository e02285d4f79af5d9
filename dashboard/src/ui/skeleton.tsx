import clsx from 'clsx';
import { useEffect, useState } from 'react';

/** Grey rows in place of what loads, after 150 ms: what comes at once shows nothing in between. */
export function Skeleton({ rows = 8, className }: { rows?: number; className?: string }) {
  const [isDue, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), 150);
    return () => clearTimeout(timer);
  }, []);
  if (!isDue) return null;
  return (
    <div className={clsx('animate-soft space-y-4 p-4', className)} role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="flex items-center gap-3">
          <span className="size-5 rounded-sm bg-secondary" />
          <span className="h-2 w-20 rounded-sm bg-secondary" />
          <span className="h-2 rounded-sm bg-secondary" style={{ width: `${35 + ((index * 37) % 40)}%` }} />
        </div>
      ))}
    </div>
  );
}
