import { same } from '../live/store.ts';
import type { RoutingRule } from '../live/types.ts';

/** The fields of a rule as a person types them. */
export interface RuleForm {
  readonly name: string;
  readonly types: string;
  readonly senders: string;
  readonly addressed: string;
  readonly words: string;
  readonly pattern: string;
  readonly matching: string;
  readonly to: string;
  readonly priority: string;
  readonly adds: string;
  readonly stop: boolean;
}

const listOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);
const wordsOf = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
const json = (value: unknown): string => (value === undefined || value === null ? '' : JSON.stringify(value));
const joined = (value: string | readonly string[] | null | undefined): string =>
  typeof value === 'string' ? value : (value ?? []).join(', ');

export function formOf(rule: RoutingRule | undefined): RuleForm {
  const when = rule?.when;
  return {
    name: rule?.name ?? '',
    types: joined(when?.types),
    senders: joined(when?.senders),
    addressed: joined(when?.to),
    words: joined(when?.words),
    pattern: when?.pattern ?? '',
    matching: json(when?.metadata),
    to: joined(rule?.to),
    priority: rule?.priority ? String(rule.priority) : '',
    adds: json(rule?.metadata),
    stop: rule?.stop ?? false,
  };
}

/** The rule that a form describes; what it says nothing of stays away. JSON that is none throws. */
export function ruleOf(form: RuleForm, description?: string | null): RoutingRule {
  const [types, senders, addressed, words, to] = [
    listOf(form.types),
    listOf(form.senders),
    listOf(form.addressed),
    wordsOf(form.words),
    listOf(form.to),
  ];
  const when = {
    ...(types.length > 0 ? { types } : {}),
    ...(senders.length > 0 ? { senders } : {}),
    ...(addressed.length > 0 ? { to: addressed } : {}),
    ...(words.length > 0 ? { words } : {}),
    ...(form.pattern ? { pattern: form.pattern } : {}),
    ...(form.matching.trim() ? { metadata: JSON.parse(form.matching) as unknown } : {}),
  };
  return {
    name: form.name.trim(),
    ...(description ? { description } : {}),
    ...(Object.keys(when).length > 0 ? { when } : {}),
    ...(to.length > 0 ? { to: to.length === 1 ? to[0]! : to } : {}),
    ...(form.priority ? { priority: Number(form.priority) } : {}),
    ...(form.adds.trim() ? { metadata: JSON.parse(form.adds) as unknown } : {}),
    ...(form.stop ? { stop: true } : {}),
  } as RoutingRule;
}

const levels = ['', 'low', 'normal', 'high', 'critical'];

/** What a rule asks of a message, and what it does, as two sentences. */
export function inWords({ when, to, priority, metadata, stop }: RoutingRule): string {
  const asks = [
    when?.types && `is of type ${joined(when.types)}`,
    when?.senders && `comes from ${joined(when.senders)}`,
    when?.to && `is addressed to ${joined(when.to)}`,
    when?.words && `says ${wordsOf(joined(when.words)).join(' or ')}`,
    when?.pattern && `matches ${when.pattern}`,
    when?.metadata && `has ${json(when.metadata)}`,
  ].filter(Boolean);
  const does = [
    to && `goes to ${joined(to)}`,
    priority && `is at least ${levels[priority] ?? priority}`,
    metadata && `gets ${json(metadata)}`,
    stop && 'later rules are skipped',
  ].filter(Boolean);
  return `${asks.length > 0 ? `A message that ${asks.join(', and ')}` : 'Every message'}: ${does.join('; ') || 'nothing happens'}.`;
}

/** The list with another rule in the place of one, or without it. It throws if the one is not there any more as it was. */
export function replaced(rules: readonly RoutingRule[], old: RoutingRule, next?: RoutingRule): RoutingRule[] {
  const at = rules.findIndex(({ name }) => name === old.name);
  if (at < 0 || !same(rules[at], old))
    throw new Error('Somebody has changed or deleted this rule meanwhile. Close this and look at the list.');
  return [...rules.slice(0, at), ...(next ? [next] : []), ...rules.slice(at + 1)];
}

/** The list with one rule moved up or down by one. */
export function moved(rules: readonly RoutingRule[], index: number, by: 1 | -1): RoutingRule[] {
  const next = [...rules];
  const [rule] = next.splice(index, 1);
  next.splice(index + by, 0, rule!);
  return next;
}
