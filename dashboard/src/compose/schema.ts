import { same } from '../live/store.ts';

/** A place of a value where it does not match its schema, and why. */
export interface Mismatch {
  /** As JSON Pointer; '' for the whole value. */
  readonly at: string;
  readonly why: string;
}

type Schema = Readonly<Record<string, unknown>>;

const most = 5;

/** Where a value does not match a JSON Schema, as far as its common keywords say. The server checks all of them when the message is sent. */
export function mismatches(value: unknown, schema: unknown): Mismatch[] {
  const found: Mismatch[] = [];
  check(value, schema, '', found, 0);
  return found.slice(0, most);
}

function check(value: unknown, schema: unknown, at: string, found: Mismatch[], depth: number): void {
  if (depth > 32) return;
  if (schema === false) return void found.push({ at, why: 'may not be there' });
  if (typeof schema !== 'object' || schema === null) return;
  const rules = schema as Schema;
  const say = (why: string) => void found.push({ at, why });
  const types = listOf(rules['type']);
  if (types && !types.some((type) => isOfType(value, type))) return say(`must be ${types.map(nameOfType).join(' or ')}`);
  const values = listOf(rules['enum']);
  if (values && !values.some((one) => same(one, value))) say(`must be one of ${values.map((one) => JSON.stringify(one)).join(', ')}`);
  if ('const' in rules && !same(rules['const'], value)) say(`must be ${JSON.stringify(rules['const'])}`);
  if (typeof value === 'string') checkText(value, rules, say);
  else if (typeof value === 'number') checkNumber(value, rules, say);
  else if (Array.isArray(value)) {
    if (typeof rules['minItems'] === 'number' && value.length < rules['minItems']) say(`must have at least ${rules['minItems']} items`);
    if (typeof rules['maxItems'] === 'number' && value.length > rules['maxItems']) say(`must have at most ${rules['maxItems']} items`);
    if ('items' in rules && !('prefixItems' in rules))
      value.forEach((one, index) => check(one, rules['items'], `${at}/${index}`, found, depth + 1));
  } else if (typeof value === 'object' && value !== null) checkObject(value as Schema, rules, at, found, depth);
  for (const part of Array.isArray(rules['allOf']) ? rules['allOf'] : []) check(value, part, at, found, depth + 1);
}

function checkText(value: string, rules: Schema, say: (why: string) => void): void {
  const length = [...value].length;
  if (typeof rules['minLength'] === 'number' && length < rules['minLength'])
    say(rules['minLength'] === 1 ? 'must not be empty' : `must have at least ${rules['minLength']} characters`);
  if (typeof rules['maxLength'] === 'number' && length > rules['maxLength']) say(`must have at most ${rules['maxLength']} characters`);
}

function checkNumber(value: number, rules: Schema, say: (why: string) => void): void {
  if (typeof rules['minimum'] === 'number' && value < rules['minimum']) say(`must be at least ${rules['minimum']}`);
  if (typeof rules['maximum'] === 'number' && value > rules['maximum']) say(`must be at most ${rules['maximum']}`);
  if (typeof rules['exclusiveMinimum'] === 'number' && value <= rules['exclusiveMinimum'])
    say(`must be more than ${rules['exclusiveMinimum']}`);
  if (typeof rules['exclusiveMaximum'] === 'number' && value >= rules['exclusiveMaximum'])
    say(`must be less than ${rules['exclusiveMaximum']}`);
}

function checkObject(value: Schema, rules: Schema, at: string, found: Mismatch[], depth: number): void {
  const placeOf = (name: string) => `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  for (const name of listOf(rules['required']) ?? [])
    if (typeof name === 'string' && !Object.hasOwn(value, name)) found.push({ at, why: `needs ${JSON.stringify(name)}` });
  const properties = (rules['properties'] ?? {}) as Schema;
  for (const [name, one] of Object.entries(value)) {
    if (Object.hasOwn(properties, name)) check(one, properties[name], placeOf(name), found, depth + 1);
    else if (rules['additionalProperties'] === false && !('patternProperties' in rules))
      found.push({ at: placeOf(name), why: 'is not known' });
  }
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return value === undefined ? undefined : Array.isArray(value) ? value : [value];
}

function isOfType(value: unknown, type: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

const nameOfType = (type: unknown): string => (type === 'null' ? 'null' : /^[aeiou]/.test(String(type)) ? `an ${type}` : `a ${type}`);
