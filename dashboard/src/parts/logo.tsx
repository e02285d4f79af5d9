import { mark } from './mark.ts';

/** The mark, in the color of the text around it. */
export function Logo({ size = 16 }: { size?: number }) {
  return (
    <svg viewBox="0 0 16 16" width={size} height={size} fill="currentColor" aria-hidden="true">
      <path d={mark.first} />
      <path opacity=".7" d={mark.second} />
    </svg>
  );
}
