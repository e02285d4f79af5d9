import clsx from 'clsx';
import { CloudOff } from 'lucide-react';
import { icon } from '../ui/icon.ts';
import type { Line } from './forecast.ts';

/** What will happen to the message, in sentences. */
export function WhatHappens({ lines }: { lines: readonly Line[] }) {
  return (
    <span className="block space-y-0.5">
      {lines.slice(0, 4).map(({ tone, text }, index) => (
        <span key={text} className={clsx('said flex gap-1.5', tone === 'person' && 'text-person')}>
          {tone === 'person' && index > 0 ? (
            <CloudOff {...icon} size={14} className="mt-px shrink-0" />
          ) : (
            <span
              aria-hidden="true"
              className={clsx('mt-1 size-2 shrink-0', tone === 'person' ? 'rotate-45 bg-person-solid' : 'rounded-full bg-busy-solid')}
            />
          )}
          <span className="min-w-0">{text}</span>
        </span>
      ))}
    </span>
  );
}
