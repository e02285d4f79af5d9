/** A dial: how much of something is left or done. */
export function CheckRing(props: { share: number; size?: number; label: string; tone?: string; width?: number }) {
  const { share, size = 16, label, tone = 'stroke-person-solid', width = 2 } = props;
  const radius = (size - width) / 2;
  const whole = 2 * Math.PI * radius;
  const part = Math.min(1, Math.max(0, share));
  return (
    <svg width={size} height={size} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} className="shrink-0 -rotate-90">
      <circle cx={size / 2} cy={size / 2} r={radius} fill="none" strokeWidth={width} className="stroke-border" />
      <circle
        cx={size / 2}
        cy={size / 2}
        r={radius}
        fill="none"
        strokeWidth={width}
        strokeDasharray={`${whole * part} ${whole}`}
        className={tone}
      />
    </svg>
  );
}
