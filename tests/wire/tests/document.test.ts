import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ApiDocument } from '../harness/document.ts';
import { startServer } from '../harness/server.ts';
import { runTool } from '../harness/tools.ts';

const server = await startServer();
const document = await ApiDocument.of(server);
const folder = await mkdtemp(join(tmpdir(), 'parley-document-'));
const file = join(folder, 'openapi.json');
await writeFile(file, document.text);
after(() => rm(folder, { recursive: true, force: true }));

describe('The OpenAPI document', { concurrency: 2 }, () => {
  it('passes Spectral', async () => {
    const { code, output } = await runTool('spectral', 'lint', file, '--ruleset', 'lint/spectral.yaml', '--fail-severity', 'hint');
    assert.equal(code, 0, output);
  });

  it('passes Redocly', async () => {
    const { code, output } = await runTool('redocly', 'lint', file, '--config', 'lint/redocly.yaml', '--format', 'stylish');
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /\bwarning\b.*\S-\S/, output);
  });

  it('begins with what new users need', () => {
    const titles = document.json.tags.map(({ name }) => name);
    assert.equal(titles[0], 'Messages');
    assert.equal(titles[1], 'Inbox');
    assert.deepEqual(
      [...new Set(document.operations.flatMap(({ tags }) => tags))].filter((tag) => !titles.includes(tag)),
      [],
    );
  });

  it('describes every operation, and by more than its summary', () => {
    for (const { operationId, summary, description } of document.operations) {
      assert.ok(summary.endsWith('.'), operationId);
      assert.ok((description ?? '').length > 10 && description !== summary, operationId);
    }
  });

  it('lists invalid_request wherever a token is needed', () => {
    const silent = document.operations.filter((one) => one.responses['401'] !== undefined && one.responses['400'] === undefined);
    assert.deepEqual(
      silent.map(({ operationId }) => operationId),
      [],
    );
  });

  it('has no names from the code behind it', () => {
    const nouns = Object.keys(document.json.components.schemas);
    const faults: string[] = [];
    walk(document.json, '', (text, at) => {
      // Words of the wire have no capitals inside; nouns are named by their schemas, which no reader of a sentence knows.
      const inside =
        /\b[A-Za-z]+\.[A-Z][a-z]\w*|<T>|\w+<\w+>|`[A-Z]\w*[a-z]\w*`|\b(IReadOnly\w+|JsonElement|DateTimeOffset|TimeSpan|nullable|enum)\b/.exec(
          text,
        );
      const noun = nouns.find((name) => /[a-z][A-Z]/.test(name) && new RegExp(`\\b${name}\\b`).test(text));
      if (inside !== null || noun !== undefined) faults.push(`${at}: ${text}`);
    });
    // A header's name and a value of it are no words of the code.
    assert.deepEqual(
      faults.filter((fault) => !/`(ETag|Link)`/.test(fault)),
      [],
    );
  });
});

function walk(node: unknown, at: string, look: (text: string, at: string) => void): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [name, value] of Object.entries(node)) {
    if ((name === 'description' || name === 'summary') && typeof value === 'string') look(value, `${at}/${name}`);
    else if (name !== 'example' && name !== 'value') walk(value, `${at}/${name}`, look);
  }
}
