import { Copy, Link2, X } from 'lucide-react';
import type { Message } from '../live/types.ts';
import { useNames } from '../parts/people.ts';
import { plural } from '../parts/times.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { copyLinks, copyText } from './acting.ts';

/** What can be done with the messages that are selected. */
export function SelectionBar({ messages, onClear }: { messages: readonly Message[]; onClear: () => void }) {
  const names = useNames();
  if (messages.length === 0) return null;
  return (
    <div
      role="region"
      aria-label="Selected messages"
      className="absolute bottom-4 right-4 z-20 flex animate-appear items-center gap-2 rounded-lg border bg-popover px-3 py-2 shadow-float"
    >
      <span role="status">{plural(messages.length, 'message')} selected</span>
      <Button size="small" icon={<Copy {...icon} size={14} />} onClick={() => copyText(messages, names)}>
        Copy as text
      </Button>
      <Button size="small" icon={<Link2 {...icon} size={14} />} onClick={() => copyLinks(messages.map(({ message_id }) => message_id))}>
        Copy links
      </Button>
      <IconButton label="Clear the selection (Esc)" onClick={onClear} className="-mr-1.5">
        <X {...icon} />
      </IconButton>
    </div>
  );
}
