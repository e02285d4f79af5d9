import { ParleyError } from '@parley/client';
import { CircleAlert, RotateCw } from 'lucide-react';
import { Button } from './button.tsx';
import { icon } from './icon.ts';

/** What the server said when it refused, in one sentence. */
export function detailOf(error: unknown): string {
  if (error instanceof ParleyError) return error.detail;
  return error instanceof Error ? error.message : String(error);
}

/** Why something could not be shown or done, and whether trying again may help. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const isRetryable = !(error instanceof ParleyError) || error.retryable;
  return (
    <div role="alert" className="flex items-start gap-2 p-4">
      <CircleAlert {...icon} className="mt-0.5 shrink-0 text-bad" />
      <p className="min-w-0 flex-1">
        {detailOf(error)} {error instanceof ParleyError && <span className="text-foreground-3">{error.code}</span>}
      </p>
      {onRetry && isRetryable && (
        <Button icon={<RotateCw {...icon} />} onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
