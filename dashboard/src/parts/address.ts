export interface Address {
  readonly kind: 'agent' | 'squad' | 'role' | 'capability' | 'topic' | 'everyone' | 'human' | 'nobody';
  readonly prefix: string;
  readonly name: string;
}

/** What an address means. */
export function addressOf(to: string | readonly string[]): Address {
  const one = typeof to === 'string' ? to : to.length === 1 ? to[0]! : null;
  if (one === null) return to.length === 0 ? { kind: 'nobody', prefix: '', name: 'nobody' } : { kind: 'agent', prefix: '', name: to[0]! };
  if (one === '*') return { kind: 'everyone', prefix: '', name: 'everyone' };
  if (one === 'human') return { kind: 'human', prefix: '', name: 'human' };
  const at = one.indexOf(':');
  const kind = one.slice(0, at);
  if (['squad', 'role', 'capability', 'topic'].includes(kind))
    return { kind: kind as 'squad', prefix: `${kind}:`, name: one.slice(at + 1) };
  return { kind: 'agent', prefix: '', name: one };
}
