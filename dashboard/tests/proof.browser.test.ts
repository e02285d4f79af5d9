import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { Chromium, overflowOf } from './harness/browser.ts';
import { release } from './harness/executions.ts';
import { Parley, patience, populate } from './harness/parley.ts';
import { Site } from './harness/site.ts';

let parley: Parley;
let site: Site;
let chromium: Chromium;
let world: Awaited<ReturnType<typeof populate>>;
let run: string;

before(async () => {
  parley = await Parley.start();
  world = await populate(parley);
  run = (await release(parley)).execution;
  site = await Site.open(parley.url, { kind: 'admin', name: 'Rosa', token: parley.token });
  chromium = await Chromium.launch();
});
after(async () => {
  await chromium?.close();
  await site?.close();
  await parley?.stop();
});

/** Each page, and something that has to be there to read, however it is looked at. */
const pages = (): readonly (readonly [path: string, shows: string])[] => [
  ['p/default/now', 'Two questions wait for you'],
  [`p/default/questions/${world.question}`, 'if nobody answers'],
  ['p/default/messages', 'Can the preview show totals?'],
  [`p/default/messages/${world.message}`, 'On disk'],
  [`p/default/threads/${world.thread}`, 'Can the preview show totals?'],
  ['p/default/map', 'talks with'],
  ['p/default/fleet', 'Bram'],
  ['p/default/fleet/be', 'Can the preview show totals?'],
  ['p/default/fleet/squads', 'Exports'],
  ['p/default/fleet/files', 'src/export/**'],
  ['p/default/tasks', 'Write the totals'],
  ['p/default/tasks?view=list', 'Write the totals'],
  ['p/default/executions', 'Release 2.14'],
  [`p/default/executions/${run}/graph`, 'rollback-plan'],
  ['p/default/replay', 'Can the preview show totals?'],
  ['p/default/memory?key=export/vat/decision', '"final"'],
  ['p/default/dead-letters', 'payload has no field'],
  ['p/default/analytics', 'Messages by type'],
  ['settings/tokens', 'first-admin'],
  ['settings/audit', 'Agent registered'],
];

async function eachPage(page: Page, look: (path: string) => Promise<void>): Promise<void> {
  for (const [path, shows] of pages()) {
    await page.goto(`${site.url}/${path}`);
    await page.getByText(shows).filter({ visible: true }).first().waitFor();
    await look(path);
  }
}

/** Controls that are shown but that nobody can press: out of the window even after scrolling to them. */
const lostControls = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('button, a[href], input, select, textarea')]
      .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !element.closest('.sr-only'))
      .filter((element) => {
        element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
        const { left, right, top, bottom, width, height } = element.getBoundingClientRect();
        if (width === 0 || height === 0) return false;
        // What is larger than the window is scrolled through: its beginning or its end is seen.
        const isAcross = (left >= -1 && left < window.innerWidth) || (right > 0 && right <= window.innerWidth + 1);
        const isDown = (top >= -1 && top < window.innerHeight) || (bottom > 0 && bottom <= window.innerHeight + 1);
        return !isAcross || !isDown;
      })
      .map((element) => element.getAttribute('aria-label') ?? element.textContent),
  );

describe('Every page', () => {
  it('loses nothing at 400 % of 1280 pixels: scrolled one way, each control in reach', { timeout: 4 * patience }, async () => {
    const { page, complaints } = await chromium.open(`${site.url}/p/default/now`, { width: 320, height: 640 });
    await eachPage(page, async (path) => {
      assert.equal(await overflowOf(page), 0, path);
      assert.deepEqual(await lostControls(page), [], path);
    });
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  it(
    'bears the text spacing of WCAG 1.4.12 without cutting a control’s words or widening the page',
    { timeout: 4 * patience },
    async () => {
      const { page } = await chromium.open(`${site.url}/p/default/now`, { width: 1024, height: 768 });
      await eachPage(page, async (path) => {
        await page.evaluate(() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(
            '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }',
          );
          document.adoptedStyleSheets = [sheet];
        });
        assert.equal(await overflowOf(page), 0, path);
        const cut = await page.evaluate(() =>
          [...document.querySelectorAll('main button, header button, header a')]
            .filter((element) => element.checkVisibility() && !/truncate|line-clamp|lines-2/.test(element.innerHTML + element.className))
            .filter((element) => element.scrollHeight > element.clientHeight + 2 && getComputedStyle(element).overflow === 'hidden')
            .map(({ textContent }) => textContent),
        );
        assert.deepEqual(cut, [], path);
      });
      await page.context().close();
    },
  );

  it('is read in forced colors: what is current, and where the focus is, does not hang on a color', { timeout: 4 * patience }, async () => {
    const { page } = await chromium.open(`${site.url}/p/default/now`);
    await page.emulateMedia({ forcedColors: 'active' });
    await eachPage(page, async (path) => {
      assert.equal(await page.evaluate(() => matchMedia('(forced-colors: active)').matches), true);
      // The first control that Tab reaches has an outline, which is drawn in forced colors.
      await page.keyboard.press('Tab');
      const outline = await page.evaluate(() => {
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement!);
        return `${outlineStyle} ${parseFloat(outlineWidth) >= 2}`;
      });
      assert.equal(outline, 'solid true', path);
      // What is chosen has an edge, where its ground and its tint are gone.
      const withoutEdge = await page.evaluate(() =>
        [...document.querySelectorAll('[aria-pressed=true], [aria-current]:not([aria-current=false]), [aria-selected=true]')]
          .filter((element) => element.checkVisibility() && getComputedStyle(element).outlineStyle !== 'solid')
          .map((element) => element.textContent),
      );
      assert.deepEqual(withoutEdge, [], path);
    });
    await page.context().close();
  });

  it('moves nothing for whoever asked for less motion', { timeout: 4 * patience }, async () => {
    const { page } = await chromium.open(`${site.url}/p/default/now`);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await eachPage(page, async (path) => {
      const moving = await page.evaluate(
        () =>
          [...document.querySelectorAll('*')].filter((element) => {
            const { animationName, transitionDuration } = getComputedStyle(element);
            return animationName !== 'none' || /[1-9]/.test(transitionDuration);
          }).length,
      );
      assert.equal(moving, 0, path);
    });
    await page.context().close();
  });
});
