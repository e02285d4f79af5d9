import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Server } from './server.ts';
import type { Problem } from './wire.ts';

/** A JSON Schema, as far as the tests read it. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  required?: string[];
  minimum?: number;
  maximum?: number;
}

interface Media {
  schema: Schema;
  examples?: Record<string, { value: unknown }>;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  schema: Schema;
}

interface Described {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, Media> };
  responses: Record<string, { content?: Record<string, Media> }>;
}

interface Json {
  paths: Record<string, Record<string, Described>>;
  tags: { name: string; description?: string }[];
  components: { schemas: Record<string, Schema> };
}

/** An operation, by what the document says of it. */
export interface Operation extends Described {
  method: string;
  /** From the root, with its parameters in braces. */
  path: string;
  /** The JSON Pointer to it. */
  pointer: string;
}

/** The server's OpenAPI document, to make tests of and to hold answers against. */
export class ApiDocument {
  readonly json: Json;
  readonly text: string;
  readonly operations: readonly Operation[];
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #validators = new Map<string, ValidateFunction>();

  private constructor(text: string) {
    this.text = text;
    this.json = JSON.parse(text) as Json;
    this.operations = Object.entries(this.json.paths).flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([method]) => ['get', 'put', 'post', 'patch', 'delete'].includes(method))
        .map(([method, described]) => ({
          ...described,
          method: method.toUpperCase(),
          path: item['servers'] === undefined ? `/api/v1${path}` : path,
          pointer: `/paths/${escaped(path)}/${method}`,
        })),
    );
    (formats as unknown as (ajv: Ajv2020) => void)(this.#ajv);
    this.#ajv.addSchema(closed(JSON.parse(text)) as object, 'document');
  }

  static async of(server: Server): Promise<ApiDocument> {
    const answer = await fetch(`${server.url}/openapi/v1.json`);
    return new ApiDocument(await answer.text());
  }

  operation(id: string): Operation {
    const found = this.operations.find((one) => one.operationId === id);
    if (found === undefined) throw new Error(`The document has no operation ${id}.`);
    return found;
  }

  /** What a `$ref` points to, or the schema itself. */
  resolved(schema: Schema): Schema {
    if (schema.$ref !== undefined) return this.resolved(this.json.components.schemas[schema.$ref.split('/').at(-1)!]!);
    if (schema.allOf !== undefined) {
      const parts = schema.allOf.map((part) => this.resolved(part));
      return Object.assign({}, ...parts, { required: parts.flatMap((part) => part.required ?? []) }) as Schema;
    }
    return this.resolvedChoice(schema);
  }

  /** The schema of a body and an example of it. */
  body(operation: Operation): { schema: Schema; example: Record<string, unknown> } | undefined {
    const media = operation.requestBody?.content['application/json'];
    if (media === undefined) return undefined;
    const [first] = Object.values(media.examples ?? {});
    return { schema: this.resolved(media.schema), example: first!.value as Record<string, unknown> };
  }

  /** Why an answer is not what the document says; undefined: it is. */
  fault(operation: Operation, status: number, contentType: string, text: string): string | undefined {
    const response = operation.responses[status];
    if (response === undefined) return `${status} is not documented`;
    const media = contentType.split(';')[0]!.trim();
    if (text === '') return response.content === undefined ? undefined : `${status} has no body`;
    if (response.content?.[media] === undefined) return `${status} with ${media || 'no type'} is not documented`;
    if (media === 'text/event-stream') return undefined;
    const content = JSON.parse(text) as unknown;
    if (media === 'application/problem+json' && response.content[media].examples?.[(content as Problem).code] === undefined)
      return `the code ${(content as Problem).code} is not documented for ${status}`;
    const validate = this.#validator(`${operation.pointer}/responses/${status}/content/${escaped(media)}/schema`);
    return validate(content) ? undefined : this.#ajv.errorsText(validate.errors, { separator: '; ' });
  }

  private resolvedChoice(schema: Schema): Schema {
    const choices = schema.oneOf?.filter((choice) => choice.type !== 'null');
    return choices?.length === 1 ? this.resolved(choices[0]!) : schema;
  }

  #validator(pointer: string): ValidateFunction {
    const known = this.#validators.get(pointer);
    if (known !== undefined) return known;
    const fragment = pointer.split('/').map(encodeURIComponent).join('/');
    const made = this.#ajv.compile({ $ref: `document#${fragment}` });
    this.#validators.set(pointer, made);
    return made;
  }
}

function escaped(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The same document in which an object has no fields but those that are described, so that none can be forgotten. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(
    ([name, value]) => [name, name === 'examples' || name === 'example' ? value : closed(value)] as const,
  );
  const copy = Object.fromEntries(entries);
  return copy['type'] === 'object' && copy['properties'] !== undefined ? { additionalProperties: false, ...copy } : copy;
}
