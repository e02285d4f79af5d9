import { after, before } from 'node:test';
import type { Page } from 'playwright-core';
import { Chromium } from './browser.ts';
import { Parley } from './parley.ts';
import { Site } from './site.ts';

/** A server with a world in it, the dashboard before it, and a browser: for all tests of a file. */
export class Stage<World> {
  parley!: Parley;
  site!: Site;
  chromium!: Chromium;
  world!: World;

  /** A page of the project, as Rosa, an admin, sees it. */
  async open(path: string, size: { width?: number; height?: number } = {}): Promise<Page> {
    return (await this.chromium.open(this.addressOf(path), size)).page;
  }

  addressOf(path: string): string {
    return `${this.site.url}/p/default/${path}`;
  }

  /** Runs while an observer is signed in, who sees everything and changes nothing. */
  async asObserver(run: () => Promise<void>): Promise<void> {
    const { token } = await this.parley.call<{ token: string }>('POST', '/tokens', { kind: 'observer', project_id: 'default' });
    const { visitor } = this.site;
    this.site.visitor = { kind: 'observer', name: 'Olga', token };
    try {
      await run();
    } finally {
      this.site.visitor = visitor;
    }
  }
}

/** Sets the stage before the tests of a file, and clears it after them. */
export function stage<World>(fill: (parley: Parley) => Promise<World>): Stage<World> {
  const on = new Stage<World>();
  before(async () => {
    on.parley = await Parley.start();
    on.world = await fill(on.parley);
    on.site = await Site.open(on.parley.url, { kind: 'admin', name: 'Rosa', token: on.parley.token });
    on.chromium = await Chromium.launch();
  });
  after(async () => {
    await on.chromium?.close();
    await on.site?.close();
    await on.parley?.stop();
  });
  return on;
}
