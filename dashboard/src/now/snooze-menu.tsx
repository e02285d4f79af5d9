import { Ellipsis } from 'lucide-react';
import { now } from '../live/clock.ts';
import type { AttentionItem } from '../live/types.ts';
import { Button } from '../ui/button.tsx';
import { smallIcon } from '../ui/icon.ts';
import { Actions } from '../ui/menu.tsx';
import { useRemedies } from './acting.ts';
import { snoozes } from './problems.ts';

/** Puts something off for a while, or shows it again. */
export default function SnoozeMenu({ item }: { item: AttentionItem }) {
  const { snooze, unsnooze, isWaiting } = useRemedies();
  const actions = item.snoozed_until
    ? [{ label: 'Show it again', onSelect: () => void unsnooze(item) }]
    : snoozes(now()).map(({ label, until }) => ({ label, onSelect: () => void snooze(item, until) }));
  return (
    <Actions
      trigger={<Button look="ghost" isWaiting={isWaiting} icon={<Ellipsis {...smallIcon} />} aria-label="More" />}
      actions={actions}
    />
  );
}
