import { Monitor, Moon, Sun, type LucideIcon } from 'lucide-react';
import { queries, signOut, useMe } from '../live/session.ts';
import { useCell } from '../live/store.ts';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';
import { setTheme, theme } from './theme.ts';

/** The name of the person who is signed in; what they may do, if they have none. */
export function useOwnName(): string {
  const { name, agent_id, kind } = useMe();
  return name ?? agent_id ?? kind.charAt(0).toUpperCase() + kind.slice(1);
}

interface ThemeSwitch {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly turn: () => void;
}

const next = { system: 'light', light: 'dark', dark: 'system' } as const;

/** From the system's theme to light, to dark, and back. */
export function useThemeSwitch(): ThemeSwitch {
  const chosen = useCell(theme);
  return {
    label: `Theme: ${chosen}. Switch to ${next[chosen]}.`,
    icon: { system: Monitor, light: Sun, dark: Moon }[chosen],
    turn: () => setTheme(next[chosen]),
  };
}

export function leave(): void {
  void signOut()
    .catch((error: unknown) => say({ text: detailOf(error), isBad: true }))
    .then(() => queries.invalidateQueries({ queryKey: ['me'] }));
}
