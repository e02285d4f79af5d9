import { browser } from './platform/browser.ts';
import { usePlatform } from './platform/platform.ts';

usePlatform(browser);

export * from './api.ts';
