import clsx from 'clsx';
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { Kbd } from './kbd.tsx';

type Look = 'primary' | 'plain' | 'ghost' | 'bad' | 'person';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  size?: 'small' | 'normal' | 'large';
  icon?: ReactNode;
  /** The key that does the same, shown beside the words. */
  keys?: string;
  /** Whether the server has been asked and has not answered. */
  isWaiting?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

const looks: Record<Look, string> = {
  primary: 'bg-primary text-primary-foreground border-transparent hover:opacity-90',
  plain: 'bg-card border-border-strong hover:bg-muted',
  ghost: 'border-transparent text-foreground-2 hover:bg-secondary hover:text-foreground',
  bad: 'bg-card text-bad border-bad-line hover:bg-bad-soft',
  person: 'bg-card border-person-line hover:bg-person-soft',
};
const sizes = { small: 'h-6 px-2 text-xs gap-1', normal: 'h-7 px-2.5 gap-1.5', large: 'h-8 px-3 gap-2' };

export function Button({ look = 'plain', size = 'normal', icon, keys, isWaiting, className, children, disabled, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || isWaiting}
      aria-busy={isWaiting || undefined}
      aria-keyshortcuts={keys}
      className={clsx(
        'inline-flex shrink-0 items-center justify-center whitespace-nowrap rounded-md border font-medium transition-colors duration-120',
        'relative coarse:after:absolute coarse:after:-inset-x-1 coarse:after:-inset-y-2 disabled:opacity-60',
        isWaiting && 'animate-soft',
        looks[look],
        sizes[size],
        className,
      )}
    >
      {icon}
      {children}
      {keys && (
        <Kbd isOnPrimary={look === 'primary'} className="ml-0.5">
          {keys}
        </Kbd>
      )}
    </button>
  );
}

interface IconProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** What it does, in words: its name, and its tooltip. */
  label: string;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ label, className, children, ...rest }: IconProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={clsx(
        'relative inline-flex size-7 shrink-0 items-center justify-center rounded-md text-foreground-2 transition-colors duration-120 coarse:after:absolute coarse:after:-inset-2',
        'hover:bg-secondary hover:text-foreground disabled:opacity-50',
        className,
      )}
    >
      {children}
    </button>
  );
}
