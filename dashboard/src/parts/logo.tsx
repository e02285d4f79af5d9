/** Two speech bubbles, one answering the other. */
export function Logo({ size = 16 }: { size?: number }) {
  return (
    <svg viewBox="0 0 16 16" width={size} height={size} fill="currentColor" aria-hidden="true">
      <path d="M2.5 1.5h7a1.5 1.5 0 0 1 1.5 1.5v4a1.5 1.5 0 0 1-1.5 1.5H5L2.4 10.6A.4.4 0 0 1 1.7 10.300V3a1.5 1.5 0 0 1 .8-1.5Z" />
      <path
        opacity=".7"
        d="M12.3 5.5h.7A1.5 1.5 0 0 1 14.5 7v7.100a.4.4 0 0 1-.7.3L11.7 12.5H8A1.5 1.5 0 0 1 6.5 11v-1h3.800a2 2 0 0 0 2-2Z"
      />
    </svg>
  );
}
