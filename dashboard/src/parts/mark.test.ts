import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tabIcon } from './mark.ts';

const file = fileURLToPath(new URL('../../public/favicon.svg', import.meta.url));

describe("The tab's icon", () => {
  it('is the file that every page names', () => expect(readFileSync(file, 'utf8').trim()).toBe(tabIcon(false)));
  it('has a dot only while somebody waits', () => {
    expect(tabIcon(true)).toContain('<circle');
    expect(tabIcon(false)).not.toContain('<circle');
  });
});
