import { ArrowUp, X } from 'lucide-react';
import { plural } from '../parts/times.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';

/** After a long break: how much came meanwhile, and the way to where it begins. */
export function MissedBar({ count, onGo, onClose }: { count: number; onGo: () => void; onClose: () => void }) {
  return (
    <div
      role="status"
      className="flex min-h-9 shrink-0 items-center gap-3 border-b border-accent-line bg-accent-soft px-4 py-1 text-accent"
    >
      <span className="min-w-0 flex-1 font-medium">{plural(count, 'message')} came meanwhile</span>
      <Button size="small" icon={<ArrowUp {...icon} size={14} />} onClick={onGo}>
        To the first of them
      </Button>
      <IconButton label="Close" onClick={onClose} className="-mr-1.5">
        <X {...icon} />
      </IconButton>
    </div>
  );
}
