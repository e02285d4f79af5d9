import clsx from 'clsx';
import { Check, ChevronDown } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { smallIcon } from './icon.ts';

export const menuBox =
  'z-50 min-w-40 animate-appear rounded-lg border border-border bg-popover p-1 shadow-float max-h-[60vh] overflow-y-auto';
const item =
  'flex min-h-7 cursor-pointer select-none items-center gap-2 rounded-sm px-2 py-1 outline-none data-highlighted:bg-muted data-disabled:opacity-50 coarse:min-h-11';

export interface Choice {
  readonly value: string;
  readonly label: ReactNode;
}

/** One of a few values, as a button with its value on it. */
export function Choose(props: {
  label: string;
  value: string;
  choices: readonly Choice[];
  onChange: (value: string) => void;
  className?: string;
}) {
  const { label, value, choices, onChange, className } = props;
  const current = choices.find((choice) => choice.value === value);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        className={clsx(
          'inline-flex h-7 shrink-0 items-center gap-1 whitespace-nowrap rounded-md px-2 text-xs hover:bg-secondary coarse:min-h-11',
          className,
        )}
      >
        <span className="sr-only">{label}: </span>
        {current?.label ?? value}
        <ChevronDown {...smallIcon} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menuBox} align="end" sideOffset={4}>
          <DropdownMenu.RadioGroup value={value} onValueChange={onChange}>
            {choices.map((choice) => (
              <DropdownMenu.RadioItem key={choice.value} value={choice.value} className={item}>
                <span className="flex-1">{choice.label}</span>
                <DropdownMenu.ItemIndicator>
                  <Check {...smallIcon} />
                </DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export interface Action {
  readonly label: ReactNode;
  readonly icon?: ReactNode;
  readonly onSelect: () => void;
  readonly isBad?: boolean;
  /** Whether it cannot be done now; the label says why. */
  readonly isDisabled?: boolean;
}

interface ActionsProps {
  trigger: ReactNode;
  actions: readonly Action[];
  /** For a menu that a key opens too. */
  isOpen?: boolean;
  onOpenChange?: (isOpen: boolean) => void;
}

interface ActionsProps {
  trigger: ReactNode;
  actions: readonly Action[];
  /** For a menu that a key opens too. */
  isOpen?: boolean;
  onOpenChange?: (isOpen: boolean) => void;
}

/** What can be done, behind a button. */
export function Actions({ trigger, actions, isOpen, onOpenChange }: ActionsProps) {
  return (
    <DropdownMenu.Root modal={false} {...(isOpen === undefined ? {} : { open: isOpen, onOpenChange: (open) => onOpenChange?.(open) })}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menuBox} align="end" sideOffset={4}>
          {actions.map(({ label, icon, onSelect, isBad, isDisabled = false }, index) => (
            <DropdownMenu.Item key={index} className={clsx(item, isBad && 'text-bad')} disabled={isDisabled} onSelect={onSelect}>
              {icon}
              {label}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
