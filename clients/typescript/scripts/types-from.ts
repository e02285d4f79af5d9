import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';

/** The TypeScript of an OpenAPI document. Refusals are left out: each of them is a `Problem`, and together they are most of the document. */
export async function typesFrom(address: string): Promise<string> {
  const document = (await (await fetch(address)).json()) as OpenAPI3;
  for (const path of Object.values(document.paths ?? {}))
    for (const operation of Object.values(path as Record<string, { responses?: Record<string, unknown> }>))
      for (const status of Object.keys(operation.responses ?? {})) if (Number(status) >= 400) delete operation.responses![status];
  return `// Made by scripts/generate.ts from the server's OpenAPI document.\n${astToString(await openapiTS(document, { emptyObjectsUnknown: true }))}`;
}
