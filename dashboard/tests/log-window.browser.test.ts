import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { patience } from './harness/parley.ts';
import { stage } from './harness/stage.ts';

const on = stage(async (parley) => {
  await parley.register('ada', { name: 'Ada' });
  await parley.register('ben', { name: 'Ben' });
  await parley.call('PUT', '/projects/default', {
    name: 'default',
    settings: { mailbox_limit: 1_000_000, rate_limit_per_second: 100_000, rate_limit_burst: 100_000 },
  });
  await parley.sendMany('ada', 'ben', 1500);
});

describe('The log around a place', () => {
  it('opens there, reads both ways as it is scrolled, and goes to the end', { timeout: 2 * patience }, async () => {
    const { items } = await on.parley.call<{ items: { seq: number; content: string }[] }>('GET', '/messages?limit=500&before=900');
    const { seq, content } = items[200]!;
    const { page } = await on.chromium.open('about:blank');
    const pages: string[] = [];
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.pathname === '/api/v1/messages') pages.push(url.search);
    });
    await page.goto(`${on.site.url}/p/default/messages?at=${seq}`);
    const row = (text: string) => page.locator('[role=row]', { hasText: new RegExp(`${text}(\\D|$)`) });
    await row(content).waitFor();
    const top = await row(content).evaluate((element) => element.getBoundingClientRect().top);
    assert.equal(top > 0 && top < 900, true);
    assert.equal(
      pages.some((search) => search.includes(`around=${seq}`)),
      true,
    );
    assert.equal(pages.length <= 3, true, pages.join('\n'));

    // What comes at the end moves nothing here.
    await on.parley.send('ben', 'ada', 'the newest of all');
    const number = Number(/\d+/.exec(content)![0]);
    const grid = page.getByRole('grid', { name: 'Messages' });
    await grid.hover();
    for (const wanted of [number - 150, number + 250]) {
      const up = wanted < number;
      while ((await row(`number ${wanted}`).count()) === 0) {
        await page.mouse.wheel(0, up ? -1500 : 1500);
        await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)));
      }
    }
    assert.equal(await page.getByText('the newest of all').count(), 0);

    await page.getByRole('button', { name: 'To the end' }).click();
    await row('the newest of all').waitFor();
    await page.waitForURL((url) => !url.searchParams.has('at'));
    await on.parley.send('ben', 'ada', 'and one more');
    await row('and one more').waitFor();
    await page.context().close();
  });

  it('near the end, it goes on with what comes', { timeout: patience }, async () => {
    const { items } = await on.parley.call<{ items: { seq: number; content: string }[] }>('GET', '/messages?limit=10');
    const { page } = await on.chromium.open(`${on.site.url}/p/default/messages?at=${items.at(-1)!.seq}`);
    await page.getByText(items.at(-1)!.content, { exact: true }).waitFor();
    await on.parley.send('ben', 'ada', 'it goes on');
    await page.locator('[role=row]', { hasText: 'it goes on' }).waitFor();
    await page.context().close();
  });
});
