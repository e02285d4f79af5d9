import type { ApiDocument, Schema } from './document.ts';

/** A value that a mutation puts somewhere, and the JSON for it, since some numbers have none that JavaScript keeps. */
interface Oddity {
  readonly what: string;
  readonly json: string;
}

/** A body that somebody might send by mistake: what is odd in it, and its JSON. */
export interface Mutation {
  readonly what: string;
  readonly json: string;
}

const place = '\ue000';

const anywhere: readonly Oddity[] = [
  'null', 'true', '0', '-1', '1.5', '""', '" "', '"x"', '"\\u0000"', '[]', '{}', '[null]', '[[null]]', '[{}]', '{"a":null}', '{"":[null]}',
].map((json) => ({ what: json, json })); // prettier-ignore

const numbers: readonly Oddity[] = [
  '1.0', '1e0', '1E2', '0.1', '-0', '-0.0', '1e-400', '1e400', '-1e400', '2147483647', '2147483648', '-2147483649', '9007199254740993',
  '9223372036854775807', '9223372036854775808', '-9223372036854775809', '123456789012345678901234567890',
].map((json) => ({ what: json, json })); // prettier-ignore

/** Every oddity in every place of a body: each field that the document names, each item of a list, each value of a map. */
export function* mutations(document: ApiDocument, schema: Schema, example: unknown): Generator<Mutation> {
  for (const { what, json } of anywhere) yield { what: `the whole is ${what}`, json };
  yield* within(document, schema, example, '', (value) => value, 0);
}

function* within(
  document: ApiDocument,
  given: Schema,
  value: unknown,
  path: string,
  around: (value: unknown) => unknown,
  depth: number,
): Generator<Mutation> {
  const schema = document.resolved(given);
  if (depth > 4) return;
  if (schema.properties !== undefined) {
    const object = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
    for (const [name, field] of Object.entries(schema.properties)) {
      const at = path === '' ? name : `${path}.${name}`;
      const put = (odd: unknown) => around({ ...object, [name]: odd });
      yield* put_all(document, field, at, put);
      yield* within(document, field, object[name], at, put, depth + 1);
    }
    return;
  }
  const items = schema.items ?? schema.oneOf?.find((choice) => choice.items !== undefined)?.items;
  if (items !== undefined) {
    const first: unknown = Array.isArray(value) ? value[0] : undefined;
    yield* put_all(document, items, `${path}[0]`, (odd) => around([odd]));
    if (first !== undefined) yield* put_all(document, items, `${path}[1]`, (odd) => around([first, odd]));
    yield* within(document, items, first, `${path}[0]`, (odd) => around([odd]), depth + 1);
  }
  if (typeof schema.additionalProperties === 'object' || (isAnything(schema) && depth > 0)) {
    const values = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
    yield* put_all(document, values, `${path}.a`, (odd) => around({ a: odd }));
  }
}

function* put_all(document: ApiDocument, schema: Schema, path: string, put: (odd: unknown) => unknown): Generator<Mutation> {
  const { type, minimum, maximum } = document.resolved(schema);
  const isNumber = [type].flat().some((one) => one === 'integer' || one === 'number');
  const limits = [minimum, maximum].filter((limit) => limit !== undefined).flatMap((limit) => [limit - 1, limit, limit + 1]);
  const odd = [...anywhere, ...(isNumber ? numbers : []), ...limits.map((limit) => ({ what: `${limit}`, json: `${limit}` }))];
  const around = JSON.stringify(put(place));
  for (const { what, json } of odd) yield { what: `${path} is ${what}`, json: around.replace(JSON.stringify(place), () => json) };
}

function isAnything(schema: Schema): boolean {
  return schema.type === undefined && schema.oneOf === undefined && schema.enum === undefined;
}
