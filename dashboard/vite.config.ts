import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin, type ProxyOptions } from 'vite';

/** The TypeScript client, from its source in this repository. Its entry sets up what browsers need, which its package.json says of the built file only. */
const client: Plugin = {
  name: 'parley-client',
  enforce: 'pre',
  resolveId: (id) =>
    id === '@parley/client'
      ? { id: fileURLToPath(new URL('../clients/typescript/src/index.ts', import.meta.url)), moduleSideEffects: true }
      : undefined,
};

/** Has the browser fetch the text's font before it has read the style sheet. */
const preloadFont: Plugin = {
  name: 'preload-font',
  transformIndexHtml: {
    order: 'post',
    handler: (_, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((name) => /geist-latin-wght-normal.*\.woff2$/.test(name))
        .map((name) => ({
          tag: 'link',
          attrs: { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: '', href: `/${name}` },
          injectTo: 'head',
        })),
  },
};

/** The server that `npm run dev` shows, as `parley` finds it. Its admin token is added to every request, so that no sign-in is needed. */
function developmentServer(): Record<string, ProxyOptions> {
  const data = process.env['PARLEY_DATA'] ?? join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local/share'), 'parley');
  const read = (name: string) => {
    try {
      return readFileSync(join(data, name), 'utf8').trim();
    } catch {
      return undefined;
    }
  };
  const target = process.env['PARLEY_URL'] ?? read('server.url') ?? 'http://127.0.0.1:8080';
  const token = process.env['PARLEY_TOKEN'] ?? read('admin.token');
  // The server opens sockets only for pages of its own origin.
  const headers = { origin: new URL(target).origin, ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const options = { target, headers, changeOrigin: true };
  return { '/api': options, '/health': options, '/ws': { ...options, ws: true } };
}

export default defineConfig(({ command }) => ({
  plugins: [client, react(), tailwindcss(), preloadFont],
  build: {
    target: 'es2023',
    // Fonts and images stay files: the page's policy allows no data address for a font.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
    modulePreload: { polyfill: false },
    license: false,
  },
  server: {
    proxy: command === 'serve' && !process.env['VITEST'] ? developmentServer() : {},
    fs: { allow: [fileURLToPath(new URL('..', import.meta.url))] },
  },
  // Generous: a busy machine is ten times slower.
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'], environment: 'node', testTimeout: 60_000 },
}));
