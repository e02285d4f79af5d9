import clsx from 'clsx';

interface Props<T extends string> {
  label: string;
  value: T;
  choices: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
  /** Apart from each other, the chosen one in blue: for ways to look at the same thing. */
  isView?: boolean;
}

/** One of a few values, all of them in sight. */
export function Segments<T extends string>({ label, value, choices, onChange, isView }: Props<T>) {
  return (
    <div
      role="group"
      aria-label={label}
      className={clsx('inline-flex shrink-0 items-center', isView ? 'gap-1.5' : 'rounded-md bg-secondary p-0.5')}
    >
      {choices.map((choice) => {
        const isOn = choice.value === value;
        return (
          <button
            key={choice.value}
            type="button"
            aria-pressed={isOn}
            onClick={() => onChange(choice.value)}
            className={clsx(
              'relative whitespace-nowrap px-2.5 coarse:after:absolute coarse:after:-inset-y-2.5 coarse:after:inset-x-0',
              isView ? 'h-7 rounded-md border' : 'h-6 rounded-sm text-xs',
              isView &&
                (isOn ? 'border-accent-line bg-accent-soft font-medium text-accent' : 'border-border-strong bg-card hover:bg-muted'),
              !isView && (isOn ? 'bg-card font-medium' : 'text-foreground-2 hover:text-foreground'),
            )}
          >
            {choice.label}
          </button>
        );
      })}
    </div>
  );
}
