import { node } from './platform/node.ts';
import { usePlatform } from './platform/platform.ts';

export * from './api.ts';

usePlatform(node);
