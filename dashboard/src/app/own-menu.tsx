import { LogOut } from 'lucide-react';
import { smallIcon } from '../ui/icon.ts';
import { Actions } from '../ui/menu.tsx';
import type { MenuProps } from './lazy-menu.tsx';
import { leave } from './own.ts';

/** What a person can do with their own sign-in. */
export default function OwnMenu({ label, className, children, isOpen, onOpenChange }: MenuProps) {
  const trigger = (
    <button type="button" aria-label={label} className={className}>
      {children}
    </button>
  );
  return (
    <Actions
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      trigger={trigger}
      actions={[{ label: 'Sign out', icon: <LogOut {...smallIcon} />, onSelect: leave }]}
    />
  );
}
