import type { ReactNode } from 'react';

/** How a field of a form looks. */
export const field = 'mt-1 block w-full rounded-md border border-control bg-card px-2 py-1 coarse:min-h-11';

/** A field with its name above it, and below it what is wrong with it. */
export function Field({
  label,
  hint,
  fault,
  children,
}: {
  label: string;
  hint?: ReactNode;
  fault?: string | undefined;
  children: ReactNode;
}) {
  return (
    <label className="block">
      {label}
      {children}
      {hint && <span className="mt-0.5 block text-xs text-foreground-2">{hint}</span>}
      {fault && (
        <span role="status" className="mt-0.5 block text-xs text-bad">
          {fault}
        </span>
      )}
    </label>
  );
}
