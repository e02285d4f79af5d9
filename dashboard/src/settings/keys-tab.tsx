import type { ReactNode } from 'react';
import { density, setDensity, type Density } from '../app/density.ts';
import { setSingleKeys, singleKeys } from '../app/keys.ts';
import { setTheme, theme, type Theme } from '../app/theme.ts';
import { useNow } from '../live/clock.ts';
import { useCell } from '../live/store.ts';
import { clockSeconds } from '../parts/times.ts';
import { Kbd } from '../ui/kbd.tsx';

const themes: Record<Theme, string> = { system: 'As the system', light: 'Light', dark: 'Dark' };
const densities: Record<Density, string> = { compact: 'Compact', comfortable: 'Comfortable' };

/** What this browser keeps: keys, theme, and how dense lists are. */
export default function KeysTab() {
  const isOn = useCell(singleKeys);
  return (
    <>
      <p className="mb-3 text-foreground-2">These are kept in this browser.</p>
      <div className="divide-y rounded-lg border bg-card">
        <Part name="Keys">
          <label className="flex items-center gap-2">
            <input
              type="checkbox"
              checked={isOn}
              onChange={(event) => setSingleKeys(event.target.checked)}
              className="size-4 accent-accent"
            />
            Single keys do something
          </label>
          <p className="mt-1 text-xs text-foreground-2">
            Turn them off if you speak to the computer, or press keys by accident. Tab, the arrows, Enter, and Escape reach everything
            without them.
            {isOn && (
              <>
                {' '}
                <Kbd>?</Kbd> shows all keys.
              </>
            )}
          </p>
        </Part>
        <Choices name="Theme" value={useCell(theme)} choices={themes} onChange={setTheme} />
        <Choices name="Rows" value={useCell(density)} choices={densities} onChange={setDensity}>
          Comfortable rows are 8 pixels higher.
        </Choices>
        <Part name="Times">
          <p>
            <Clock />
          </p>
          <p className="mt-1 text-xs text-foreground-2">
            24 or 12 hours, as this browser’s language ({navigator.language}) writes them; change it in the browser’s settings. The stages
            of a message always have 24 hours.
          </p>
        </Part>
      </div>
    </>
  );
}

function Clock() {
  return clockSeconds(useNow(true));
}

function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section aria-label={name} className="grid gap-x-6 gap-y-2 p-4 sm:grid-cols-[8rem_1fr]">
      <h2 className="font-medium">{name}</h2>
      <div>{children}</div>
    </section>
  );
}

interface ChoicesProps<T extends string> {
  name: string;
  value: T;
  choices: Record<T, string>;
  onChange: (value: T) => void;
  children?: ReactNode;
}

function Choices<T extends string>({ name, value, choices, onChange, children }: ChoicesProps<T>) {
  return (
    <Part name={name}>
      <div role="radiogroup" aria-label={name} className="flex flex-wrap gap-x-6 gap-y-2">
        {Object.entries<string>(choices).map(([choice, label]) => (
          <label key={choice} className="flex items-center gap-2 coarse:min-h-11">
            <input
              type="radio"
              name={name}
              checked={choice === value}
              onChange={() => onChange(choice as T)}
              className="size-4 accent-accent"
            />
            {label}
          </label>
        ))}
      </div>
      {children && <p className="mt-1 text-xs text-foreground-2">{children}</p>}
    </Part>
  );
}
