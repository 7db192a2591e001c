import { defineConfig } from 'vitest/config';

// A slow machine (an emulated processor) multiplies every time-out.
const slow = Number(process.env.MINIDOCKER_SLOW ?? 1);

export default defineConfig({
  resolve: { alias: { minidocker: new URL('./src/index.ts', import.meta.url).pathname } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/setup/leak-check.ts'],
    setupFiles: ['test/setup/own-state.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000 * slow,
    hookTimeout: 60_000 * slow,
    // On a machine that others use too, a test may come too late once; one that fails three times fails.
    retry: process.env.CI ? 2 : 0,
  },
});
