import clsx from 'clsx';
import { AtSign, Globe, Radio, Users, Waypoints } from 'lucide-react';
import { memo, type CSSProperties } from 'react';
import type { Address } from './address.ts';
import type { Person } from './people.ts';
import { lettersOf } from './roles.ts';
import { Logo } from './logo.tsx';

type Size = 16 | 18 | 20 | 28 | 32;

const letters: Record<Size, string> = { 16: 'text-[8px]', 18: 'text-[8px]', 20: 'text-[9px]', 28: 'text-xs', 32: 'text-sm' };
const rounding: Record<Size, string> = { 16: 'rounded-sm', 18: 'rounded-sm', 20: 'rounded-sm', 28: 'rounded-md', 32: 'rounded-md' };

/** Two letters on the color of the role. It stands beside the name, so that a screen reader has nothing to say of it. */
export const Tile = memo(function Tile({ person, size = 18, className }: { person: Person; size?: Size; className?: string }) {
  const { look, hue } = person;
  const style: CSSProperties = { width: size, height: size };
  if (look === 'role' && hue !== null) {
    style.background = `oklch(var(--tile-l) var(--tile-c) ${hue})`;
    style.color = `oklch(var(--ink-l) var(--ink-c) ${hue})`;
  }
  return (
    <span
      aria-hidden="true"
      style={style}
      className={clsx(
        'inline-flex shrink-0 select-none items-center justify-center font-semibold leading-none',
        letters[size],
        rounding[size],
        look === 'human' && 'bg-primary text-primary-foreground',
        (look === 'script' || look === 'system') && 'bg-secondary text-foreground-2',
        look === 'outside' && 'border border-dashed border-control text-foreground-2',
        className,
      )}
    >
      {look === 'system' ? <Logo size={Math.round(size * 0.7)} /> : lettersOf(person.name)}
    </span>
  );
});

const signs = { squad: Users, role: AtSign, capability: AtSign, topic: Waypoints, everyone: Radio, nobody: Globe } as const;

/** The tile of a group. */
export function GroupTile({ kind, size = 20 }: { kind: Address['kind']; size?: number }) {
  const Sign = signs[kind as keyof typeof signs] ?? Users;
  return (
    <span
      aria-hidden="true"
      style={{ width: size, height: size }}
      className="inline-flex shrink-0 items-center justify-center rounded-sm bg-secondary text-foreground-2"
    >
      <Sign size={Math.round(size * 0.65)} strokeWidth={1.75} />
    </span>
  );
}
